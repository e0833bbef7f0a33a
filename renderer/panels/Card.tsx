import type { ComponentProps, ReactNode } from 'react';
import styles from './Card.module.css';

/** Cards one under the other. */
export function CardList(props: Omit<ComponentProps<'ul'>, 'className'>): ReactNode {
  return <ul className={styles.list} {...props} />;
}

/** One of several things in a list: its name with its controls in a line, and what there is to say below. */
export function Card({
  name,
  controls,
  children,
  ...rest
}: { name: string; controls: ReactNode } & Omit<ComponentProps<'li'>, 'className'>): ReactNode {
  return (
    <li className={styles.card} {...rest}>
      <div className={styles.head}>
        <span className={styles.name}>{name}</span>
        {controls}
      </div>
      {children}
    </li>
  );
}
