import type { ReactNode } from 'react';
import { Icon, type IconName } from '../Icon.tsx';
import styles from './Panel.module.css';

/** A panel's title. */
export function PanelTitle({ children }: { children: string }): ReactNode {
  return <h2 className={styles.title}>{children}</h2>;
}

/** A panel's title with its controls at the end of the line. */
export function PanelHead({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <div className={styles.head}>
      <PanelTitle>{title}</PanelTitle>
      {children}
    </div>
  );
}

/** What a panel says while it has nothing to show. */
export function EmptyPanel({ icon, children }: { icon: IconName; children: string }): ReactNode {
  return (
    <div className={styles.empty}>
      <Icon name={icon} />
      <p>{children}</p>
    </div>
  );
}
