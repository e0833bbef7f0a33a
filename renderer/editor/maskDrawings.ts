import { drawingOf } from '../../electron/contract/masks/drawingOf.ts';
import type { MaskRecord } from '../../electron/contract/records.ts';
import { type FollowedMasks, withFollowed } from '../../models/masks/followedMasks.ts';
import type { MaskDrawing, MaskKey } from '../../models/masks/maskDrawing.ts';
import { keysAround } from '../../models/masks/rasterizeMask.ts';
import type { DocumentStore } from './documentStore.ts';
import type { Editor } from './editor.ts';

/** The hand-made part of a mask as a drawing. */
export function drawingOfMask(document: DocumentStore, mask: MaskRecord): MaskDrawing {
  return drawingOf(mask, document.childrenOf('maskKey', mask.id), (key) => document.childrenOf('stroke', key.id));
}

/** A mask's drawing as it shows at a frame, with what was followed; as far as its masks have been read. */
export function shownDrawing(editor: Editor, mask: MaskRecord, frame: number): MaskDrawing {
  const runs: FollowedMasks[] = [];
  for (const run of editor.document.childrenOf('followed', mask.id)) {
    const masks = editor.sequences.state.byAsset.get(run.masksAssetId);
    if (masks?.count === run.confidence.length) runs.push({ ...run, masks });
  }
  return withFollowed(drawingOfMask(editor.document, mask), runs, { first: frame, last: frame });
}

/** What a mask shows at a frame: a key made by hand or a followed frame, at it, or before it, or else the first. */
export function shownKey(editor: Editor, mask: MaskRecord, frame: number): MaskKey | undefined {
  return keysAround(shownDrawing(editor, mask, frame).keys, frame).before;
}
