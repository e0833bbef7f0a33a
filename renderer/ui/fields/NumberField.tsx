import { type ReactNode, useEffect, useState } from 'react';
import styles from './inputs.module.css';

/** A typed number, taken on Enter or when the field is left; Escape leaves it as it was. */
export function NumberField({
  label,
  value,
  min,
  max,
  step,
  onValue,
  disabled = false,
  placeholder,
}: {
  label: string;
  value: number | undefined;
  min: number;
  max: number;
  step: number;
  onValue: (value: number) => void;
  disabled?: boolean;
  placeholder?: string;
}): ReactNode {
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
      disabled={disabled}
      {...(placeholder ? { placeholder } : {})}
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
