import type { SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import type { Editor } from '../editor/editor.ts';
import { itemAt, sourceFrameAt, takeFrameAt } from '../editor/timelineCommands.ts';

/** The frame of the looked-at source that the playhead shows; the nearest one where the playhead lies elsewhere. */
export function shownSourceFrame(editor: Editor, source: SourceRecord): number {
  if (source.media === 'picture') return 0;
  const { document } = editor;
  const { playhead } = editor.session.state;
  const at = itemAt(document, 'source', playhead);
  const item = at?.targetId === source.id ? at : document.all('item').find((other) => other.targetId === source.id);
  if (!item) return Math.min(source.frameCount - 1, Math.max(0, playhead));
  const frame = Math.min(item.startFrame + item.lengthFrames - 1, Math.max(item.startFrame, playhead));
  return sourceFrameAt(document, item, source, frame);
}

/** The take's frame under the playhead, or undefined where the playhead is not on that take. */
export function shownTakeFrame(editor: Editor, take: TakeRecord): number | undefined {
  const item = itemAt(editor.document, 'take', editor.session.state.playhead);
  return item?.targetId === take.id
    ? takeFrameAt(editor.document, item, take, editor.session.state.playhead)
    : undefined;
}

/** Address of a source's frame as a picture for the eye. */
export function frameUrl(projectId: string, source: SourceRecord, frameIndex: number): string {
  return `/previews/${projectId}/frame/${source.assetId}/${frameIndex}.webp`;
}

/** Address of an asset. */
export function assetUrl(projectId: string, assetId: string): string {
  return `/assets/${assetId}?project=${projectId}`;
}
