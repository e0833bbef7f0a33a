import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';

/** How a button looks: `primary` is the one thing to do, `quiet` has no frame until the pointer is on it. */
export interface ButtonLook {
  primary?: boolean;
  quiet?: boolean;
  large?: boolean;
  small?: boolean;
}

/** A button with words. */
export function Button({
  primary = false,
  quiet = false,
  large = false,
  small = false,
  ...rest
}: ButtonLook & Omit<ComponentProps<'button'>, 'className'>): ReactNode {
  const look = [
    styles.button,
    primary && styles.primary,
    quiet && styles.quiet,
    large && styles.large,
    small && styles.small,
  ];
  return <button type="button" className={look.filter(Boolean).join(' ')} {...rest} />;
}
