import { Switch as RadixSwitch } from 'radix-ui';
import type { ReactNode } from 'react';
import { LabelledField } from './Field.tsx';
import styles from './Switch.module.css';

interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** On or off. */
export function Switch({
  checked,
  onChange,
  disabled = false,
  ...rest
}: SwitchProps & { id: string; 'aria-describedby'?: string; 'aria-label'?: string }): ReactNode {
  return (
    <RadixSwitch.Root
      className={styles.switch}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      {...rest}
    >
      <RadixSwitch.Thumb className={styles.thumb} />
    </RadixSwitch.Root>
  );
}

/** A {@link Switch} with its name before it and what it does below. */
export function SwitchField({ label, hint, ...rest }: SwitchProps & { label: string; hint?: string }): ReactNode {
  return <LabelledField label={label} hint={hint} control={(ids) => <Switch {...rest} {...ids} />} />;
}
