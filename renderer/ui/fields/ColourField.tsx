import type { ReactNode } from 'react';
import { LabelledField } from './Field.tsx';
import styles from './inputs.module.css';

/** A colour in the system's own chooser; all that is chosen while it is open is one gesture. */
export function ColourField({
  label,
  value,
  onColour,
  onBegin,
  onCommit,
}: {
  label: string;
  /** # and six hexadecimal digits. */
  value: string;
  onColour: (colour: string) => void;
  onBegin: () => void;
  onCommit: () => void;
}): ReactNode {
  return (
    <LabelledField
      label={label}
      hint={undefined}
      control={(ids) => (
        <input
          type="color"
          className={styles.colour}
          value={value}
          {...ids}
          onFocus={onBegin}
          onChange={(event) => onColour(event.target.value)}
          onBlur={onCommit}
        />
      )}
    />
  );
}
