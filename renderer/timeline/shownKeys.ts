import type { MaskKeyRecord } from '../../electron/contract/records.ts';
import type { Editor } from '../editor/editor.ts';
import { activeMask } from '../editor/maskCommands.ts';
import { timelineFrameOf } from '../editor/timelineCommands.ts';
import { type TimelineWindow, xOfFrame } from './timelineLayout.ts';

/** A key of the looked-at mask on the timeline: its frame there, and the middle of its diamond in pixels. */
export interface ShownKey {
  key: MaskKeyRecord;
  frame: number;
  x: number;
}

/** The looked-at mask's keys, where its source lies on the timeline. */
export function shownKeys(editor: Editor, window: TimelineWindow): ShownKey[] {
  const { document } = editor;
  const mask = activeMask(editor);
  const source = document.get('source', mask?.sourceId);
  const item = document.all('item').find((candidate) => candidate.targetId === source?.id);
  if (!mask || !source || !item) return [];
  return document.childrenOf('maskKey', mask.id).map((key) => {
    const frame = timelineFrameOf(document, item, source, key.frameIndex);
    return { key, frame, x: xOfFrame(frame, window) + Math.min(6, window.scale / 2) };
  });
}
