import { Collapsible } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { FieldStack } from '../../ui/fields/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import styles from './InspectorGroup.module.css';

/** A part of the inspector. */
export function PlainGroup({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.group}>{children}</div>;
}

/** A part of the inspector that folds away. */
export function Group({
  title,
  open = true,
  children,
}: {
  title: string;
  open?: boolean;
  children: ReactNode;
}): ReactNode {
  const [isOpen, setOpen] = useState(open);
  return (
    <Collapsible.Root className={styles.group} open={isOpen} onOpenChange={setOpen}>
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
