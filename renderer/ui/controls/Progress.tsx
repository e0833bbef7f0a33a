import type { ReactNode } from 'react';
import styles from './Progress.module.css';

/** Progress from 0 to 1; unknown where absent. */
export function Progress({ label, share }: { label: string; share: number | undefined }): ReactNode {
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      {...(share === undefined ? {} : { 'aria-valuenow': Math.round(share * 100) })}
    >
      <span className={styles.bar} style={{ transform: `scaleX(${share ?? 0.15})` }} />
    </div>
  );
}
