import { StudioError } from '../../../models/errors/studioError.ts';
import { type FollowedMasks, type FrameSpan, withFollowed } from '../../../models/masks/followedMasks.ts';
import type { MaskDrawing } from '../../../models/masks/maskDrawing.ts';
import { MaskSequence } from '../../../models/masks/maskSequence.ts';
import { drawingOf as drawingFromRecords } from '../../contract/masks/drawingOf.ts';
import type { DocumentRecord, MaskKeyRecord, MaskRecord, RecordOf } from '../../contract/records.ts';
import type { OpenProject } from './openProject.ts';

/** The hand-made part of a mask's drawing, found among a project's records. */
export function drawingOf(mask: MaskRecord, records: Iterable<DocumentRecord>): MaskDrawing {
  const keys: MaskKeyRecord[] = [];
  const strokes = new Map<string, RecordOf<'stroke'>[]>();
  for (const record of records) {
    if (record.kind === 'maskKey' && record.maskId === mask.id) keys.push(record);
    if (record.kind !== 'stroke') continue;
    const ofKey = strokes.get(record.keyId);
    if (ofKey) ofKey.push(record);
    else strokes.set(record.keyId, [record]);
  }
  return drawingFromRecords(mask, keys, (key) => strokes.get(key.id) ?? []);
}

/** A mask's drawing as it shows in some frames, with what was followed between its hand-made keys. */
export async function followedDrawingOf(
  { store }: Pick<OpenProject, 'store'>,
  mask: MaskRecord,
  span?: FrameSpan,
): Promise<MaskDrawing> {
  const runs: FollowedMasks[] = [];
  for (const { maskId, firstFrame, endFrame, cut, masksAssetId } of store.all('followed')) {
    if (maskId !== mask.id) continue;
    const masks = MaskSequence.read(await store.assets.read(masksAssetId));
    if (masks.count !== endFrame - firstFrame)
      throw new StudioError('format-damaged', `The followed masks of ${mask.name} are damaged.`, {
        hint: 'Follow the subject again.',
      });
    runs.push({ firstFrame, endFrame, cut, masks });
  }
  return withFollowed(drawingOf(mask, store.records), runs, span);
}
