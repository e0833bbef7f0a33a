import type { ReactNode } from 'react';
import { useProject, useSession } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import styles from './Banner.module.css';

/** What stands in the way of working on: another window that writes, or files that are gone. */
export function Banner(): ReactNode {
  const studio = useStudio();
  const project = useProject();
  const writer = useSession((session) => session.writer);
  const missing = useSession((session) => session.missingSourceIds.length);
  if (!writer)
    return (
      <div className={styles.banner} role="alert">
        {texts.lock.message}
        <Button primary onClick={() => void studio.messages.attempt(() => studio.openProject(project.id, true))}>
          {texts.lock.takeOver}
        </Button>
      </div>
    );
  if (missing > 0)
    return (
      <div className={styles.banner} role="alert">
        {texts.missing.banner(missing)}
        <Button onClick={() => project.state.set({ dialog: 'missing' })}>{texts.missing.show}</Button>
      </div>
    );
  return null;
}
