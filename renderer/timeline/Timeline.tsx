import { type ReactNode, type RefObject, useEffect, useMemo, useRef } from 'react';
import { addTitle } from '../editor/timeline/itemCommands.ts';
import { toggleMarker } from '../editor/timelineCommands.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { IconButton } from '../ui/controls/IconButton.tsx';
import { texts } from '../ui/texts/texts.ts';
import { FollowButtons } from './confidence/FollowButtons.tsx';
import { FrameSettings } from './FrameSettings.tsx';
import { selectTitle } from './hand/timelineCommandsAt.ts';
import { MasterVolume } from './MasterVolume.tsx';
import styles from './Timeline.module.css';
import { TimelineCanvas } from './TimelineCanvas.tsx';
import { layOutRows } from './timelineLayout.ts';
import { fitTimeline, zoomTimeline } from './timelineWindow.ts';
import { TrackHeads } from './tracks/TrackHeads.tsx';
import { WeightLanes } from './weights/WeightLanes.tsx';

/** The timeline with its buttons and tracks. */
export function Timeline(): ReactNode {
  const tracks = useDocument((document) => document.all('track'));
  const isEmpty = useDocument((document) => document.all('item').length === 0);
  const rows = useMemo(() => layOutRows(tracks), [tracks]);
  const section = useRef<HTMLElement>(null);
  useTellHeight(section);
  return (
    <section ref={section} className={styles.bottom} aria-label={texts.timeline.label}>
      <TimelineBar isEmpty={isEmpty} />
      <div className={styles.body}>
        <div className={styles.scroller} data-scrolls="">
          <TrackHeads rows={rows} />
          <div className={styles.tracks}>
            <TimelineCanvas />
          </div>
        </div>
        <WeightLanes />
        {isEmpty ? <div className={styles.empty}>{texts.timeline.empty}</div> : null}
      </div>
    </section>
  );
}

/** Tells the page how tall the timeline is: messages stand above it. */
function useTellHeight(section: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = section.current;
    if (!element) return undefined;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty('--timeline-height', `${element.offsetHeight}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty('--timeline-height');
    };
  }, [section]);
}

function TimelineBar({ isEmpty }: { isEmpty: boolean }): ReactNode {
  const project = useProject();
  const { editor, view } = project;
  const writer = useSession((session) => session.writer);
  const selected = useSession((session) => session.selectedItemId);
  const snapping = useSession((session) => session.snapping);
  const side = useSession((session) => session.rightSide);
  const locked = writer ? undefined : texts.lock.message;
  const needsClip = selected ? undefined : texts.timeline.nothingSelected;
  return (
    <div className={styles.bar}>
      <IconButton
        icon="split"
        label={texts.timeline.split}
        keys="S"
        reason={locked ?? (isEmpty ? texts.timeline.nothingLies : undefined)}
        onClick={() => view.splitAtPlayhead()}
      />
      <IconButton
        icon="trash"
        label={texts.timeline.remove}
        keys="Del"
        reason={locked ?? needsClip}
        onClick={() => view.removeSelected()}
      />
      <IconButton
        icon="ripple"
        label={texts.timeline.rippleRemove}
        keys="Shift Del"
        reason={locked ?? needsClip}
        onClick={() => view.removeSelected(true)}
      />
      <IconButton
        icon="sliders"
        label={texts.timeline.properties}
        reason={needsClip}
        pressed={side === 'clip'}
        onClick={() => editor.session.set({ rightSide: side === 'clip' ? 'make' : 'clip' })}
      />
      <span className={styles.line} />
      <IconButton
        icon="text"
        label={texts.timeline.addTitle}
        reason={locked}
        onClick={() => selectTitle(project, addTitle(editor, editor.session.state.playhead, texts.timeline.newTitle))}
      />
      <IconButton
        icon="flag"
        label={texts.timeline.marker}
        keys="M"
        reason={locked}
        onClick={() => toggleMarker(editor)}
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
      <MasterVolume />
      <FrameSettings />
      <IconButton icon="minus" label={texts.timeline.zoomOut} keys="−" onClick={() => zoomTimeline(editor, 1 / 1.4)} />
      <IconButton icon="fit" label={texts.timeline.fit} onClick={() => fitTimeline(editor)} />
      <IconButton icon="plus" label={texts.timeline.zoomIn} keys="+" onClick={() => zoomTimeline(editor, 1.4)} />
    </div>
  );
}
