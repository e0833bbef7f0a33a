import type { ReactNode } from 'react';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { useGesture, useProject } from '../../project/hooks.ts';
import { SliderField } from '../../ui/fields/SliderField.tsx';

/** A number of a piece on the timeline; a drag is one step under the slider's name. */
export function ItemSlider({
  item,
  label,
  hint,
  value,
  min = 0,
  max,
  own,
  onChange,
}: {
  item: ItemRecord;
  label: string;
  hint?: string;
  /** A whole number. */
  value: number;
  min?: number;
  max: number;
  /** The value that a double-click goes back to. */
  own: number;
  /** Given the piece as it is now. */
  onChange: (item: ItemRecord, value: number) => void;
}): ReactNode {
  const { editor } = useProject();
  const gesture = useGesture();
  return (
    <SliderField
      label={label}
      {...(hint ? { hint } : {})}
      inLine
      {...{ value, min, max, step: 1 }}
      defaultValue={own}
      mark={own > min && own < max ? own : undefined}
      {...gesture(label)}
      onChange={(next) => onChange(editor.document.get('item', item.id) ?? item, next)}
    />
  );
}
