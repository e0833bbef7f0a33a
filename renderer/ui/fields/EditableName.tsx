import { type ReactNode, useState } from 'react';
import styles from './EditableName.module.css';

/** A name that is typed over where it stands, on a double-click, Enter or F2; Escape leaves it as it was. */
export function EditableName({
  value,
  label,
  disabled = false,
  onName,
}: {
  value: string;
  /** What a change would do, for those who do not see it. */
  label: string;
  disabled?: boolean;
  onName: (name: string) => void;
}): ReactNode {
  const [typed, setTyped] = useState<string>();
  const take = (): void => {
    const name = typed?.trim().slice(0, 200);
    if (name && name !== value) onName(name);
    setTyped(undefined);
  };
  if (typed === undefined)
    return (
      <button
        type="button"
        className={styles.name}
        title={disabled ? value : `${value}. ${label}`}
        onDoubleClick={() => !disabled && setTyped(value)}
        onKeyDown={(event) => {
          if (disabled || (event.key !== 'Enter' && event.key !== 'F2')) return;
          event.preventDefault();
          setTyped(value);
        }}
      >
        {value}
      </button>
    );
  return (
    <input
      className={styles.input}
      type="text"
      aria-label={label}
      value={typed}
      maxLength={200}
      ref={(input) => input?.focus()}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') take();
        if (event.key === 'Escape') setTyped(undefined);
      }}
    />
  );
}
