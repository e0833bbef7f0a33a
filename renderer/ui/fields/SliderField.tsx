import { type ReactNode, useId, useState } from 'react';
import { texts } from '../texts/texts.ts';
import { Field, FieldRow, HintText } from './Field.tsx';
import { NumberField } from './NumberField.tsx';
import { Slider } from './Slider.tsx';

/** What a gesture on a control tells: a drag begins, gives any number of values, then commits, or bails on Escape. A value alone is a step of its own. */
export interface GestureHandlers {
  onBegin(): void;
  onChange(value: number): void;
  onCommit(): void;
  onBail(): void;
}

/** A slider with a typed value. A drag is one gesture; a double-click goes back to the default, which `mark` may show. */
export function SliderField(
  props: {
    label: string;
    hint?: string;
    value: number;
    min: number;
    max: number;
    step: number;
    defaultValue: number;
    mark?: number | undefined;
    disabled?: boolean;
  } & GestureHandlers,
): ReactNode {
  const { label, hint, value, min, max, step, defaultValue, mark, disabled = false } = props;
  const { onBegin, onChange, onCommit, onBail } = props;
  const id = useId();
  const [dragging, setDragging] = useState(false);
  return (
    <Field>
      <FieldRow>
        <span id={`${id}-label`}>{label}</span>
        <NumberField {...{ label, value, min, max, step, disabled }} onValue={onChange} />
      </FieldRow>
      <Slider
        {...{ value, min, max, step, mark, disabled }}
        onPointerDown={() => {
          setDragging(true);
          onBegin();
        }}
        onValueChange={([next]) => next !== undefined && onChange(next)}
        onLostPointerCapture={() => {
          if (!dragging) return;
          setDragging(false);
          onCommit();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !dragging) return;
          setDragging(false);
          onBail();
        }}
        onDoubleClick={() => onChange(defaultValue)}
        title={texts.inspector.reset}
        thumb={{ 'aria-labelledby': `${id}-label`, ...(hint ? { 'aria-describedby': `${id}-hint` } : {}) }}
      />
      {hint ? <HintText id={`${id}-hint`}>{hint}</HintText> : null}
    </Field>
  );
}
