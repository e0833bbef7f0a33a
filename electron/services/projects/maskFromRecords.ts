import type { MaskDrawing } from '../../../models/masks/maskDrawing.ts';
import { drawingOf as drawingFromRecords } from '../../contract/drawingOf.ts';
import type { DocumentRecord, MaskKeyRecord, MaskRecord, RecordOf } from '../../contract/records.ts';

/** A mask's drawing, found among a project's records. */
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
