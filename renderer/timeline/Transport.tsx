import type { ReactNode } from 'react';
import { timelineRate } from '../editor/timeline/arrangement.ts';
import { timelineEnd } from '../editor/timelineCommands.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { HintText } from '../ui/fields/Field.tsx';
import { NumberField } from '../ui/fields/NumberField.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './Transport.module.css';
import { timecode } from './timelineLayout.ts';

/** The buttons that move the playhead. */
export function Transport(): ReactNode {
  const { playback, editor, view: looking } = useProject();
  const playhead = useSession((session) => session.playhead);
  const speed = useSession((session) => session.speed);
  const loop = useSession((session) => session.loop);
  const mode = useSession((session) => session.viewMode);
  const rate = useDocument(timelineRate);
  const end = useDocument(timelineEnd);
  const view = useDocument((document) => document.get('view', 'view'));
  const isClip = useDocument((document) => document.get('source', view?.sourceId)?.media === 'clip');
  const { transport } = texts;
  const canMark = isClip || mode === 'timeline' ? undefined : transport.needsClip;
  return (
    <div className={styles.transport} role="toolbar" aria-label={transport.label}>
      <span className={styles.left}>
        <span className={styles.timecode}>
          <b>{timecode(playhead, rate)}</b> <span className={styles.roomy}>/ {timecode(end, rate)}</span>
        </span>
        <IconButton
          icon="film"
          label={transport.arranged}
          keys="6"
          pressed={mode === 'timeline'}
          onClick={() => editor.session.set({ viewMode: mode === 'timeline' ? 'source' : 'timeline', viewport: null })}
        />
      </span>
      <IconButton
        icon="markIn"
        label={transport.markIn}
        keys="I"
        onClick={() => looking.markRange('in')}
        reason={canMark}
      />
      <IconButton icon="first" label={transport.start} keys="Home" onClick={() => playback.seek(0)} />
      <IconButton icon="back" label={transport.back} keys="←" onClick={() => playback.step(-1)} />
      <IconButton
        icon={speed === 0 ? 'play' : 'pause'}
        label={speed === 0 ? transport.play : transport.pause}
        keys="Space"
        onClick={() => playback.toggle()}
      />
      <IconButton icon="forward" label={transport.forward} keys="→" onClick={() => playback.step(1)} />
      <IconButton icon="last" label={transport.end} keys="End" onClick={() => playback.seek(end - 1)} />
      <IconButton
        icon="markOut"
        label={transport.markOut}
        keys="O"
        onClick={() => looking.markRange('out')}
        reason={canMark}
      />
      <span className={styles.right}>
        <IconButton
          icon="loop"
          label={transport.loop}
          pressed={loop}
          onClick={() => editor.session.set({ loop: !loop })}
        />
        <span className={`${styles.label} ${styles.roomy}`}>
          <HintText>{transport.frame}</HintText>
        </span>
        <NumberField
          label={transport.goTo}
          value={playhead + 1}
          min={1}
          max={Math.max(1, end)}
          step={1}
          onValue={(frame) => playback.seek(frame - 1)}
        />
      </span>
    </div>
  );
}
