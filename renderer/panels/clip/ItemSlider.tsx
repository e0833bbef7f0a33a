import type { ReactNode } from 'react';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { useGesture, useProject } from '../../project/hooks.ts';
import { SliderField } from '../../ui/fields/SliderField.tsx';
import { texts } from '../../ui/texts/texts.ts';

/** A number of a piece on the timeline; a drag is one step under the slider's name. */
export function ItemSlider({
  item,
  label,
  hint,
  value,
  min = 0,
  max,
  own,
  unit = texts.unit.percent,
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
  unit?: string;
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
      unit={unit}
      {...{ value, min, max, step: 1 }}
      defaultValue={own}
      mark={own > min && own < max ? own : undefined}
      {...gesture(label)}
      onChange={(next) => onChange(editor.document.get('item', item.id) ?? item, next)}
    />
  );
}
