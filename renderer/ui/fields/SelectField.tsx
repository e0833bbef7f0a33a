import type { ReactNode } from 'react';
import { LabelledField } from './Field.tsx';
import styles from './inputs.module.css';

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** One of many values in the system's own list; `label` names it for those who do not see what stands beside it. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  ...ids
}: SelectProps<T> & { id?: string; 'aria-describedby'?: string }): ReactNode {
  return (
    <select
      className={styles.select}
      {...(ids.id ? {} : { 'aria-label': label })}
      value={value}
      onChange={(event) => {
        const option = options.find((candidate) => candidate.value === event.target.value);
        if (option) onChange(option.value);
      }}
      {...ids}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** A {@link Select} with its name before it and what it does below. */
export function SelectField<T extends string>({ hint, ...select }: SelectProps<T> & { hint?: string }): ReactNode {
  return <LabelledField label={select.label} hint={hint} control={(ids) => <Select {...select} {...ids} />} />;
}
