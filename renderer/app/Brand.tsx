import type { ReactNode } from 'react';
import styles from './Brand.module.css';

/** The studio's mark, with its name where there is room. */
export function Brand({ children }: { children?: string }): ReactNode {
  return (
    <span className={styles.brand}>
      <img src="/icon.svg" alt="" />
      {children}
    </span>
  );
}
