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

/** A button that is an icon, with its name and key in a tooltip; with a `reason` it does nothing, and the tooltip says why. */
export function IconButton({
  keys,
  pressed,
  reason,
  onClick,
  ...rest
}: {
  icon: IconName;
  label: string;
  keys?: string;
  pressed?: boolean;
  small?: boolean;
  reason?: string | undefined;
} & ButtonProps): ReactNode {
  return (
    <Hint text={reason ? `${rest.label}: ${reason}` : rest.label} {...(keys ? { keys } : {})}>
      <BareIconButton
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
        {...(reason ? { 'aria-disabled': true } : { onClick })}
        {...rest}
      />
    </Hint>
  );
}
