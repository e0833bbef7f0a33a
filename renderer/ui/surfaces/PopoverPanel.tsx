import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './PopoverPanel.module.css';

/** A few controls over the page, beside the control that opens them. */
export function PopoverPanel({
  label,
  trigger,
  children,
}: {
  label: string;
  trigger: ReactNode;
  children: ReactNode;
}): ReactNode {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={styles.popover} sideOffset={5} align="end" aria-label={label}>
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
