import type { ReactNode } from 'react';
import styles from './Keys.module.css';

/** Keys to press, as caps. */
export function Keys({ children }: { children: string }): ReactNode {
  return <kbd className={styles.keys}>{children}</kbd>;
}
