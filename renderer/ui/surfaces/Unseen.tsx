import type { ComponentProps, ReactNode } from 'react';
import styles from './Unseen.module.css';

/** The page's name, for those who do not see its picture. */
export function UnseenTitle({ children }: { children: string }): ReactNode {
  return <h1 className={styles.unseen}>{children}</h1>;
}

/** A list for those who do not see what it describes. */
export function UnseenList(props: Omit<ComponentProps<'ul'>, 'className'>): ReactNode {
  return <ul className={styles.unseen} {...props} />;
}
