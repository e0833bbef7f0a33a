import type { ReactNode } from 'react';
import { StudioError } from '../../models/errors/studioError.ts';
import styles from './StartFailure.module.css';

/** All there is to show where the studio did not even tell what it offers. */
export function StartFailure({ error }: { error: unknown }): ReactNode {
  return (
    <main className={styles.failure} role="alert">
      {error instanceof StudioError ? error.sentence : String(error)}
    </main>
  );
}
