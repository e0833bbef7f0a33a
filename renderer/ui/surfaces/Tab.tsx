import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './Tab.module.css';

/** The handle of a tab within a Tabs.List, with how many things are behind it. */
export function Tab({ value, label, count }: { value: string; label: string; count?: number }): ReactNode {
  return (
    <Tabs.Trigger className={styles.tab} value={value}>
      {label}
      {count === undefined ? null : <span className={styles.count}>{count}</span>}
    </Tabs.Trigger>
  );
}

/** What is behind a tab; it scrolls by itself. `flush`: without room at its sides, for content that has its own. */
export function TabBody({
  value,
  flush = false,
  children,
}: {
  value: string;
  flush?: boolean;
  children: ReactNode;
}): ReactNode {
  return (
    <Tabs.Content className={flush ? `${styles.body} ${styles.flush}` : styles.body} value={value}>
      {children}
    </Tabs.Content>
  );
}
