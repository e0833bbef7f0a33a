import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from '../Icon.tsx';
import { Hint } from './Hint.tsx';
import styles from './IconButton.module.css';

type ButtonProps = Omit<ComponentProps<'button'>, 'aria-label' | 'className'>;

/** An icon to press, without a tooltip: for what opens a menu or closes a dialog. Its label names it for everyone who does not see it. */
export function BareIconButton({
  icon,
  label,
  small,
  ...rest
}: { icon: IconName; label: string; small?: boolean } & ButtonProps): ReactNode {
  return (
    <button
      type="button"
      className={small ? `${styles.button} ${styles.small}` : styles.button}
      aria-label={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

/** A button that is an icon, with its name and key in a tooltip. */
export function IconButton({
  keys,
  pressed,
  ...rest
}: {
  icon: IconName;
  label: string;
  keys?: string;
  pressed?: boolean;
  small?: boolean;
} & ButtonProps): ReactNode {
  return (
    <Hint text={rest.label} {...(keys ? { keys } : {})}>
      <BareIconButton {...(pressed === undefined ? {} : { 'aria-pressed': pressed })} {...rest} />
    </Hint>
  );
}
