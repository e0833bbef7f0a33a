import { ToggleGroup } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './Segments.module.css';

/** One of a few values, side by side; `stack` puts them one under the other, `fill` gives them all the width. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
  layout,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string; show?: ReactNode }[];
  onChange: (value: T) => void;
  layout?: 'fill' | 'stack';
}): ReactNode {
  const choose = (chosen: string): void => {
    const option = options.find((candidate) => candidate.value === chosen);
    if (option) onChange(option.value);
  };
  return (
    <ToggleGroup.Root
      type="single"
      className={layout ? `${styles.segments} ${styles[layout]}` : styles.segments}
      value={value}
      onValueChange={choose}
      aria-label={label}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className={styles.segment}
          {...(option.show ? { 'aria-label': option.label } : {})}
        >
          {option.show ?? option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
