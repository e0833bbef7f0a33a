import type { DocumentRecord } from '../../../electron/contract/records.ts';
import type { TimelineFormat } from '../../../electron/contract/timeline/timelineRecords.ts';
import type { Editor } from '../editor.ts';
import { rescaledItems } from './itemEdits.ts';

/** Changes the timeline's frame, marked part or volume; a member that is given as undefined is as it was before it was set. */
export function changeFormat(
  editor: Editor,
  label: string,
  change: { readonly [Member in keyof TimelineFormat]: TimelineFormat[Member] | undefined },
): void {
  const project = editor.document.get('project', 'project');
  if (!project) return;
  const timeline: TimelineFormat = Object.fromEntries(
    Object.entries({ ...project.timeline, ...change }).filter(([, value]) => value !== undefined),
  );
  editor.update(label, project, { timeline });
}

/** Gives the timeline another rate, frames per second: everything stays at its time and lasts as long. */
export function changeRate(editor: Editor, framesPerSecond: number): void {
  const { document, session } = editor;
  const project = document.get('project', 'project');
  if (!project || project.framesPerSecond === framesPerSecond) return;
  const scale = framesPerSecond / project.framesPerSecond;
  const scaled = (frame: number): number => Math.round(frame * scale);
  const { inFrame, outFrame } = project.timeline ?? {};
  const part =
    inFrame === undefined || outFrame === undefined
      ? {}
      : { inFrame: scaled(inFrame), outFrame: Math.max(scaled(inFrame) + 1, scaled(outFrame)) };
  const retimed: DocumentRecord = { ...project, framesPerSecond, timeline: { ...project.timeline, ...part } };
  const markers = document
    .all('marker')
    .map((marker): [DocumentRecord, DocumentRecord] => [marker, { ...marker, frameIndex: scaled(marker.frameIndex) }]);
  editor.run('Frame rate', {
    added: [],
    updated: [[project, retimed], ...rescaledItems(document.all('item'), scale), ...markers],
    removed: [],
  });
  session.set({ playhead: scaled(session.state.playhead) });
}
