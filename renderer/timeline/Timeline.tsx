import type { ReactNode } from 'react';
import { toggleMarker } from '../editor/timelineCommands.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { texts } from '../ui/texts/texts.ts';
import { FollowButtons } from './confidence/FollowButtons.tsx';
import styles from './Timeline.module.css';
import { TimelineCanvas } from './TimelineCanvas.tsx';
import { rows } from './timelineLayout.ts';
import { fitTimeline, zoomTimeline } from './timelineWindow.ts';
import { WeightLanes } from './weights/WeightLanes.tsx';

/** The timeline with its buttons and track names. */
export function Timeline(): ReactNode {
  const { editor, view } = useProject();
  const writer = useSession((session) => session.writer);
  const selected = useSession((session) => session.selectedItemId);
  const snapping = useSession((session) => session.snapping);
  const isEmpty = useDocument((document) => document.all('item').length === 0);
  const names = [
    [texts.timeline.takes, rows.take],
    [texts.timeline.source, rows.source],
    [texts.timeline.keys, rows.keys],
    [texts.timeline.lane, rows.lane],
  ] as const;
  return (
    <section className={styles.bottom} aria-label={texts.timeline.label}>
      <div className={styles.bar}>
        <IconButton
          icon="split"
          label={texts.timeline.split}
          keys="S"
          onClick={() => view.splitAtPlayhead()}
          disabled={!writer || isEmpty}
        />
        <IconButton
          icon="flag"
          label={texts.timeline.marker}
          keys="M"
          onClick={() => toggleMarker(editor)}
          disabled={!writer}
        />
        <IconButton
          icon="trash"
          label={texts.timeline.remove}
          keys="Del"
          onClick={() => view.removeSelected()}
          disabled={!writer || !selected}
        />
        <IconButton
          icon="magnet"
          label={texts.timeline.snapping}
          keys="N"
          pressed={snapping}
          onClick={() => editor.session.set({ snapping: !snapping })}
        />
        <FollowButtons />
        <span className={styles.space} />
        <IconButton
          icon="minus"
          label={texts.timeline.zoomOut}
          keys="−"
          onClick={() => zoomTimeline(editor, 1 / 1.4)}
        />
        <IconButton icon="fit" label={texts.timeline.fit} onClick={() => fitTimeline(editor)} />
        <IconButton icon="plus" label={texts.timeline.zoomIn} keys="+" onClick={() => zoomTimeline(editor, 1.4)} />
      </div>
      <div className={styles.body}>
        <div className={styles.names} aria-hidden="true">
          {names.map(([name, row]) => (
            <span key={name} style={{ top: row.top + row.height / 2 }}>
              {name}
            </span>
          ))}
        </div>
        <div>
          <TimelineCanvas />
        </div>
        <WeightLanes />
        {isEmpty ? <div className={styles.empty}>{texts.timeline.empty}</div> : null}
      </div>
    </section>
  );
}
