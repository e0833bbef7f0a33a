import type { ReactNode } from 'react';
import { newId } from '../../electron/contract/newId.ts';
import { IconButton } from '../ui/controls.tsx';
import { useDocument, useSession, useStudio } from '../ui/hooks.ts';
import { texts } from '../ui/texts.ts';
import { fitTimeline } from './fitTimeline.ts';
import { TimelineCanvas } from './TimelineCanvas.tsx';
import { rows } from './timelineLayout.ts';

/** The timeline with its buttons and track names. */
export function Timeline(): ReactNode {
  const studio = useStudio();
  const { editor } = studio;
  const writer = useSession((session) => session.writer);
  const selected = useSession((session) => session.selectedItemId);
  const snapping = useSession((session) => session.snapping);
  const isEmpty = useDocument((document) => document.all('item').length === 0);
  const names = [
    [texts.timeline.takes, rows.take],
    [texts.timeline.source, rows.source],
    [texts.timeline.keys, rows.keys],
  ] as const;
  return (
    <section className="bottom" aria-label={texts.timeline.label}>
      <div className="timelineBar">
        <IconButton
          icon="split"
          label={texts.timeline.split}
          keys="S"
          onClick={() => studio.looking.splitAtPlayhead()}
          disabled={!writer || isEmpty}
        />
        <IconButton
          icon="flag"
          label={texts.timeline.marker}
          keys="M"
          onClick={() => addMarker(studio.editor)}
          disabled={!writer}
        />
        <IconButton
          icon="trash"
          label={texts.timeline.remove}
          keys="Del"
          onClick={() => studio.looking.removeSelected()}
          disabled={!writer || !selected}
        />
        <IconButton
          icon="magnet"
          label={texts.timeline.snapping}
          keys="N"
          pressed={snapping}
          onClick={() => editor.session.set({ snapping: !snapping })}
        />
        <span className="grow" />
        <IconButton icon="minus" label={texts.timeline.zoomOut} keys="−" onClick={() => zoom(editor, 1 / 1.4)} />
        <IconButton
          icon="fit"
          label={texts.timeline.fit}
          onClick={() => fitTimeline(editor, document.querySelector('.timelineCanvas')?.clientWidth ?? 800)}
        />
        <IconButton icon="plus" label={texts.timeline.zoomIn} keys="+" onClick={() => zoom(editor, 1.4)} />
      </div>
      <div className="timelineBody">
        <div className="trackNames" aria-hidden="true">
          {names.map(([name, row]) => (
            <span key={name} style={{ top: row.top + row.height / 2 }}>
              {name}
            </span>
          ))}
        </div>
        <div>
          <TimelineCanvas />
        </div>
        {isEmpty ? <div className="timelineEmpty">{texts.timeline.empty}</div> : null}
      </div>
    </section>
  );
}

type EditorLike = ReturnType<typeof useStudio>['editor'];

/** Zooms around the playhead. */
export function zoom(editor: EditorLike, factor: number): void {
  const { timelineScale, timelineOffset, playhead } = editor.session.state;
  const scale = Math.min(160, Math.max(0.02, timelineScale * factor));
  const x = (playhead - timelineOffset) * timelineScale;
  editor.session.set({ timelineScale: scale, timelineOffset: Math.max(-2, playhead - x / scale) });
}

/** Puts a marker at the playhead. */
export function addMarker(editor: EditorLike): void {
  const { playhead } = editor.session.state;
  const there = editor.document.all('marker').find((marker) => marker.frameIndex === playhead);
  if (there) editor.remove('Delete marker', there);
  else
    editor.add('Add marker', {
      kind: 'marker',
      id: newId('marker'),
      frameIndex: playhead,
      label: '',
      colour: 'yellow',
    });
}
