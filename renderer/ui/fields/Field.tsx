import { type ReactNode, useId } from 'react';
import styles from './Field.module.css';

/** A control with what belongs to it, one under the other. */
export function Field({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.field}>{children}</div>;
}

/** Things in one line, the first at its beginning and the last at its end. */
export function FieldRow({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.row}>{children}</div>;
}

/** A name, a wide control and a small one in one line; those of several lines stand below each other. */
export function FieldLine({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.line}>{children}</div>;
}

/** Things close together in one line. */
export function Inline({ children }: { children: ReactNode }): ReactNode {
  return <span className={styles.inline}>{children}</span>;
}

/** What a number counts. */
export function UnitText({ children }: { children: string }): ReactNode {
  return <span className={styles.unit}>{children}</span>;
}

/** Fields one under the other, with room between them. */
export function FieldStack({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.stack}>{children}</div>;
}

/** A line in small print; `warn` for one that matters. */
export function HintText({
  warn = false,
  id,
  role,
  children,
}: {
  warn?: boolean;
  id?: string;
  role?: 'status';
  children: ReactNode;
}): ReactNode {
  return (
    <span
      className={warn ? `${styles.hint} ${styles.warn}` : styles.hint}
      {...(id ? { id } : {})}
      {...(role ? { role } : {})}
    >
      {children}
    </span>
  );
}

/** What a control is given so that its name and the line below it are its own. */
export interface ControlIds {
  id: string;
  'aria-describedby'?: string;
}

/** A control with its name before it and one line of what it does below; what is given to the control says which line. */
export function LabelledField({
  label,
  hint,
  control,
}: {
  label: string;
  hint: string | undefined;
  control: (ids: ControlIds) => ReactNode;
}): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <Field>
      <FieldRow>
        <label htmlFor={id}>{label}</label>
        {control(hint ? { id, 'aria-describedby': hintId } : { id })}
      </FieldRow>
      {hint ? <HintText id={hintId}>{hint}</HintText> : null}
    </Field>
  );
}
