import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './Hint.module.css';
import { Keys } from './Keys.tsx';

/** A name that appears when the pointer rests on a control, with its key. */
export function Hint({ text, keys, children }: { text: string; keys?: string; children: ReactNode }): ReactNode {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className={styles.tooltip} sideOffset={5} collisionPadding={8}>
          {text} {keys ? <Keys>{keys}</Keys> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
