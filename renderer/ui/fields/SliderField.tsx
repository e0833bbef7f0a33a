import { type ReactNode, useId, useState } from 'react';
import { texts } from '../texts/texts.ts';
import { Field, FieldLine, FieldRow, HintText, Inline, UnitText } from './Field.tsx';
import { NumberField } from './NumberField.tsx';
import { type NumberRange, Slider } from './Slider.tsx';

/** What a gesture on a control tells: a drag begins, gives any number of values, then commits, or bails on Escape. A value alone is a step of its own. */
export interface GestureHandlers {
  onBegin(): void;
  onChange(value: number): void;
  onCommit(): void;
  onBail(): void;
}

/** A slider with a typed value. A drag is one gesture; a double-click goes back to the default, which `mark` may show. */
export function SliderField({
  label,
  hint,
  brief = false,
  inLine = false,
  unit,
  defaultValue,
  mark,
  disabled = false,
  beside,
  onBegin,
  onChange,
  onCommit,
  onBail,
  ...range
}: {
  label: string;
  /** One line of what it does: below it, or with `brief` where the pointer rests on its name. */
  hint?: string;
  brief?: boolean;
  /** Name, slider and number in one line; what it does is said where the pointer rests on its name. */
  inLine?: boolean;
  /** What the number counts, in faint print behind it. */
  unit?: string | undefined;
  defaultValue: number;
  mark?: number | undefined;
  disabled?: boolean;
  /** A control before the typed value. */
  beside?: ReactNode;
} & NumberRange &
  GestureHandlers): ReactNode {
  const id = useId();
  const [dragging, setDragging] = useState(false);
  const isBrief = brief || inLine;
  const name = (
    <span id={`${id}-label`} title={isBrief ? hint : undefined}>
      {label}
    </span>
  );
  const number = (
    <Inline>
      {beside}
      <NumberField {...range} label={label} disabled={disabled} onValue={onChange} />
      {unit ? <UnitText>{unit}</UnitText> : null}
    </Inline>
  );
  const slider = (
    <Slider
      {...range}
      mark={mark}
      disabled={disabled}
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
      thumb={{
        'aria-labelledby': `${id}-label`,
        ...(hint ? (isBrief ? { 'aria-description': hint } : { 'aria-describedby': `${id}-hint` }) : {}),
      }}
    />
  );
  if (inLine)
    return (
      <FieldLine>
        {name}
        {slider}
        {number}
      </FieldLine>
    );
  return (
    <Field>
      <FieldRow>
        {name}
        {number}
      </FieldRow>
      {slider}
      {hint && !brief ? <HintText id={`${id}-hint`}>{hint}</HintText> : null}
    </Field>
  );
}
