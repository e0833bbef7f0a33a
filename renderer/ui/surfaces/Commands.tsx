import { DropdownMenu, ContextMenu as RadixContextMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Icon, type IconName } from '../Icon.tsx';
import styles from './Menu.module.css';

/** A command of a menu. */
export interface Command {
  readonly icon: IconName;
  readonly label: string;
  /** The key that does the same. */
  readonly keys?: string;
  /** Why it cannot be done now; it is said beside it. */
  readonly reason?: string | undefined;
  readonly onSelect: () => void;
}

/** A menu's commands, with lines between groups of them. */
export type Commands = readonly (Command | 'line')[];

/** Commands under the control that opens them. */
export function CommandMenu({
  trigger,
  align,
  commands,
}: {
  trigger: ReactNode;
  align: 'start' | 'end';
  commands: Commands;
}): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={styles.menu} align={align} sideOffset={4} collisionPadding={8}>
          {entriesOf(commands, DropdownMenu)}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Commands where the other mouse button, or the menu key, is pressed on what it holds. */
export function ContextCommands({
  commands,
  onOpen,
  children,
}: {
  commands: Commands;
  onOpen?: (open: boolean) => void;
  children: ReactNode;
}): ReactNode {
  return (
    <RadixContextMenu.Root modal={false} {...(onOpen ? { onOpenChange: onOpen } : {})}>
      <RadixContextMenu.Trigger asChild>{children}</RadixContextMenu.Trigger>
      {commands.length === 0 ? null : (
        <RadixContextMenu.Portal>
          <RadixContextMenu.Content className={styles.menu} collisionPadding={8}>
            {entriesOf(commands, RadixContextMenu)}
          </RadixContextMenu.Content>
        </RadixContextMenu.Portal>
      )}
    </RadixContextMenu.Root>
  );
}

function entriesOf(commands: Commands, of: Pick<typeof DropdownMenu, 'Item' | 'Separator'>): ReactNode {
  return commands.map((command, index) =>
    command === 'line' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and a menu's order does not change while it is open.
      <of.Separator key={index} className={styles.line} />
    ) : (
      <of.Item
        key={command.label}
        className={styles.item}
        disabled={command.reason !== undefined}
        onSelect={command.onSelect}
      >
        <Icon name={command.icon} />
        <span className={styles.label}>
          {command.label}
          {command.reason ? <small className={styles.reason}>{command.reason}</small> : null}
        </span>
        {command.keys ? <kbd className={styles.keys}>{command.keys}</kbd> : null}
      </of.Item>
    ),
  );
}
