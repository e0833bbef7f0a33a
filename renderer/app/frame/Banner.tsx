import { type ReactNode, useEffect, useState } from 'react';
import { useProject, useSession } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio, useStudioState } from '../hooks.ts';
import styles from './Banner.module.css';

/** What stands in the way of working on: another window that writes, or files that are gone. */
export function Banner(): ReactNode {
  const studio = useStudio();
  const project = useProject();
  const writer = useSession((session) => session.writer);
  const missing = useSession((session) => session.missingSourceIds.length);
  const isAway = useIsAway();
  if (isAway)
    return (
      <div className={`${styles.banner} ${styles.wide}`} role="alert">
        {texts.save.away}
      </div>
    );
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

/** How long the line may be broken before that is said: a moment's break mends itself. */
const patienceMilliseconds = 2500;

/** Whether the studio has not answered for a while. */
function useIsAway(): boolean {
  const connected = useStudioState((state) => state.connected);
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    if (connected) {
      setAway(false);
      return undefined;
    }
    const timer = setTimeout(() => setAway(true), patienceMilliseconds);
    return () => clearTimeout(timer);
  }, [connected]);
  return isAway;
}
