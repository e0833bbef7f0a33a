import type { ReactNode } from 'react';
import { changeFormat } from '../editor/timeline/formatCommands.ts';
import { useDocument, useGesture, useProject, useSession } from '../project/hooks.ts';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { Slider } from '../ui/fields/Slider.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './Timeline.module.css';

/** How loud the whole timeline is; the speaker mutes it. */
export function MasterVolume(): ReactNode {
  const { editor } = useProject();
  const volume = useDocument((document) => document.get('project', 'project')?.timeline?.volume ?? 1);
  const writer = useSession((session) => session.writer);
  const gesture = useGesture()('Volume');
  const set = (next: number): void => changeFormat(editor, 'Volume', { volume: next });
  return (
    <span className={styles.volume}>
      <IconButton
        icon={volume === 0 ? 'silent' : 'sound'}
        label={volume === 0 ? texts.timeline.unmuteAll : texts.timeline.muteAll}
        reason={writer ? undefined : texts.lock.message}
        onClick={() => set(volume === 0 ? 1 : 0)}
      />
      <Slider
        value={volume}
        min={0}
        max={2}
        step={0.01}
        mark={1}
        disabled={!writer}
        onPointerDown={gesture.onBegin}
        onLostPointerCapture={gesture.onCommit}
        onValueChange={([next]) => next !== undefined && set(next)}
        onDoubleClick={() => set(1)}
        thumb={{ 'aria-label': texts.timeline.volume, 'aria-valuetext': `${Math.round(volume * 100)} %` }}
      />
    </span>
  );
}
