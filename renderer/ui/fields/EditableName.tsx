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
  const [isTyping, setTyping] = useState(false);
  if (isTyping) return <NameInput {...{ value, label, onName }} onDone={() => setTyping(false)} />;
  return (
    <button
      type="button"
      className={styles.name}
      title={disabled ? value : `${value}. ${label}`}
      onDoubleClick={() => !disabled && setTyping(true)}
      onKeyDown={(event) => {
        if (disabled || (event.key !== 'Enter' && event.key !== 'F2')) return;
        event.preventDefault();
        setTyping(true);
      }}
    >
      {value}
    </button>
  );
}

/** A name while it is typed over, in the place of what shows it; `onDone` when it is left, taken or not. */
export function NameInput({
  value,
  label,
  onName,
  onDone,
}: {
  value: string;
  label: string;
  onName: (name: string) => void;
  onDone: () => void;
}): ReactNode {
  const [typed, setTyped] = useState(value);
  const take = (): void => {
    const name = typed.trim().slice(0, 200);
    if (name !== '' && name !== value) onName(name);
    onDone();
  };
  return (
    <input
      className={styles.input}
      type="text"
      aria-label={label}
      value={typed}
      maxLength={200}
      // biome-ignore lint/a11y/noAutofocus: it takes the place of what was just pressed.
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') take();
        if (event.key === 'Escape') onDone();
      }}
    />
  );
}
