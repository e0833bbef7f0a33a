import { type ComponentProps, type ReactNode, useId } from 'react';
import { Field } from './Field.tsx';
import styles from './inputs.module.css';

/** A line of text to type. */
export function TextInput({
  large = false,
  onValue,
  ...rest
}: { large?: boolean; onValue: (value: string) => void } & Omit<
  ComponentProps<'input'>,
  'className' | 'type' | 'onChange'
>): ReactNode {
  return (
    <input
      type="text"
      className={large ? `${styles.text} ${styles.large}` : styles.text}
      onChange={(event) => onValue(event.target.value)}
      {...rest}
    />
  );
}

/** Several lines of text to type. */
export function TextArea(props: Omit<ComponentProps<'textarea'>, 'className'>): ReactNode {
  return <textarea className={styles.area} {...props} />;
}

/** A line of text with its name above; it must not be empty. */
export function LabelledInput({ label, ...rest }: { label: string } & ComponentProps<typeof TextInput>): ReactNode {
  const id = useId();
  return (
    <Field>
      <label htmlFor={id}>{label}</label>
      <TextInput id={id} required {...rest} />
    </Field>
  );
}
