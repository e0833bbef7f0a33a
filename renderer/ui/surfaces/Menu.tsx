import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../Icon.tsx';
import styles from './Menu.module.css';

/** A list of commands under the control that opens it. */
export function Menu({
  trigger,
  align,
  children,
}: {
  trigger: ReactNode;
  align: 'start' | 'end';
  children: ReactNode;
}): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align={align} sideOffset={4}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** A command of a {@link Menu}. */
export function MenuItem({
  icon,
  label,
  disabled = false,
  onSelect,
}: {
  icon: IconName;
  label: string;
  disabled?: boolean;
  onSelect: () => void;
}): ReactNode {
  return (
    <DropdownMenu.Item className={styles.item} disabled={disabled} onSelect={onSelect}>
      <Icon name={icon} />
      {label}
    </DropdownMenu.Item>
  );
}

/** A line between groups of commands. */
export function MenuLine(): ReactNode {
  return <DropdownMenu.Separator className={styles.line} />;
}
