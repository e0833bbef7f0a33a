import { Collapsible } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { FieldStack } from '../fields/Field.tsx';
import { Icon } from '../Icon.tsx';
import styles from './Group.module.css';

/** Controls that belong together. */
export function PlainGroup({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.group}>{children}</div>;
}

/** Controls that belong together and fold away; whether they do is remembered under `id`, on this machine. */
export function Group({
  id,
  title,
  open = true,
  children,
}: {
  id: string;
  title: string;
  /** Whether it is open where nothing is remembered. */
  open?: boolean;
  children: ReactNode;
}): ReactNode {
  const [isOpen, setOpen] = useState(() => remembered(id) ?? open);
  const change = (next: boolean): void => {
    setOpen(next);
    localStorage.setItem(keyOf(id), String(next));
  };
  return (
    <Collapsible.Root className={styles.group} open={isOpen} onOpenChange={change}>
      <h3>
        <Collapsible.Trigger className={styles.title}>
          <Icon name="down" />
          {title}
        </Collapsible.Trigger>
      </h3>
      <Collapsible.Content className={styles.body}>
        <FieldStack>{children}</FieldStack>
      </Collapsible.Content>
    </Collapsible.Root>
  );
}

const keyOf = (id: string): string => `magdiff-group-${id}`;

function remembered(id: string): boolean | undefined {
  const kept = localStorage.getItem(keyOf(id));
  return kept === null ? undefined : kept === 'true';
}
