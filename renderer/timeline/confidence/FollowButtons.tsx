import type { ReactNode } from 'react';
import { activeMask } from '../../editor/maskCommands.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { texts } from '../../ui/texts/texts.ts';
import styles from './FollowButtons.module.css';
import { laneOf } from './laneFrames.ts';

/** Following from the mask's track: to start and stop it, and to go to the frames it doubts. */
export function FollowButtons(): ReactNode {
  const { editor, following, messages } = useProject();
  const writer = useSession((session) => session.writer);
  useDocument((document) => document.all('stroke'));
  useDocument((document) => document.get('view', 'view'));
  const mask = useDocument(() => activeMask(editor));
  const status = useDocument(() => laneOf(editor)?.status);
  const isRunning = useSession(() => following.jobOf(mask?.id) !== undefined);
  const obstacle = isRunning ? undefined : following.obstacle();
  const doubts = status?.doubts.length ?? 0;
  return (
    <span className={styles.follow}>
      <IconButton
        icon={isRunning ? 'close' : 'follow'}
        label={isRunning ? texts.follow.cancel : (obstacle ?? texts.follow.subject)}
        keys="Shift F"
        pressed={isRunning}
        aria-disabled={!writer || obstacle !== undefined}
        onClick={() => void messages.attempt(() => following.toggle())}
      />
      <IconButton
        icon="doubt"
        label={doubts === 0 ? texts.follow.noDoubts : texts.follow.nextDoubt}
        keys="D"
        aria-disabled={doubts === 0}
        onClick={() => following.nextDoubt()}
      />
      {status && status.doubtfulCount > 0 ? (
        <span className={styles.count}>{texts.follow.doubts(status.doubtfulCount)}</span>
      ) : null}
    </span>
  );
}
