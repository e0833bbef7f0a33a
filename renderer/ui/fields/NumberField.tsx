import { type ComponentProps, type ReactNode, useEffect, useState } from 'react';
import styles from './inputs.module.css';
import type { NumberRange } from './Slider.tsx';

/** A typed number, taken on Enter or when the field is left; Escape leaves it as it was. */
export function NumberField({
  label,
  value,
  min,
  max,
  step,
  onValue,
  ...rest
}: { label: string; value: number | undefined; onValue: (value: number) => void } & Omit<NumberRange, 'value'> &
  Pick<ComponentProps<'input'>, 'disabled' | 'placeholder'>): ReactNode {
  const shown = value === undefined ? '' : String(Math.round(value * 1000) / 1000);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const take = (): void => {
    const typed = Number(text.replace(',', '.'));
    if (text.trim() === '' || Number.isNaN(typed)) {
      setText(shown);
      return;
    }
    const next = Math.min(max, Math.max(min, step >= 1 ? Math.round(typed) : typed));
    if (next !== value) onValue(next);
    setText(String(next));
  };
  return (
    <input
      className={styles.number}
      type="text"
      inputMode="decimal"
      aria-label={label}
      value={text}
      {...rest}
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
        if (event.key === 'Escape') setText(shown);
        if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
          event.preventDefault();
          const change = (event.key === 'ArrowUp' ? step : -step) * (event.shiftKey ? 10 : 1);
          onValue(Math.min(max, Math.max(min, Math.round(((value ?? min) + change) * 1e6) / 1e6)));
        }
      }}
    />
  );
}
