import { newId } from '../../electron/contract/newId.ts';
import type {
  DocumentRecord,
  MaskKeyRecord,
  MaskRecord,
  RecordOf,
  SourceRecord,
} from '../../electron/contract/records.ts';
import type { MaskDrawing, MaskOperation } from '../../models/masks/maskDrawing.ts';
import { operationBounds } from '../../models/masks/paintOperation.ts';
import { isEmptyRectangle } from '../../models/masks/pixelRectangle.ts';
import { keysAround } from '../../models/masks/rasterizeMask.ts';
import type { DocumentStore } from './documentStore.ts';
import type { Editor } from './editor.ts';
import { shownKey } from './maskDrawings.ts';

/** The mask that is looked at, if it belongs to the source that is looked at. */
export function activeMask(editor: Editor): MaskRecord | undefined {
  const mask = editor.document.get('mask', editor.view?.maskId);
  return mask?.sourceId === editor.view?.sourceId ? mask : undefined;
}

/** The key that shows at a frame: the last at or before it, or the first. */
export function keyAt(document: DocumentStore, maskId: string, frameIndex: number): MaskKeyRecord | undefined {
  return keysAround(document.childrenOf('maskKey', maskId), frameIndex).before;
}

/** The mask that an operation on a source goes to: the one looked at, where it is that source's, else its first. */
function maskOver(editor: Editor, source: SourceRecord): MaskRecord | undefined {
  const active = activeMask(editor);
  if (active?.sourceId === source.id) return active;
  return editor.document.all('mask').find((mask) => mask.sourceId === source.id);
}

/**
 * Adds an operation to a source's mask at a frame, as one step: makes the mask where the source has none yet, and a key of its own
 * where the frame has none (beginning with what the mask shows there). One that lies wholly outside the picture changes nothing.
 */
export function addOperation(
  editor: Editor,
  source: SourceRecord,
  frameIndex: number,
  operation: MaskOperation,
  label: string,
  wanted: MaskRecord | undefined = maskOver(editor, source),
): void {
  if (!touches(operation, source)) return;
  const added: DocumentRecord[] = [];
  const mask = wanted ?? newMask(source, 'Subject 1');
  if (!wanted) added.push(mask);
  const keys = editor.document.childrenOf('maskKey', mask.id);
  let key = keys.find((candidate) => candidate.frameIndex === frameIndex);
  let order = 0;
  if (key) order = (editor.document.childrenOf('stroke', key.id).at(-1)?.order ?? -1) + 1;
  else {
    const shown = shownKey(editor, mask, frameIndex);
    const interpolation = shown?.interpolation ?? 'hold';
    key = { kind: 'maskKey', id: newId('key'), maskId: mask.id, frameIndex, interpolation };
    added.push(key);
    for (const copied of shown?.operations ?? [])
      added.push({ kind: 'stroke', id: newId('stroke'), keyId: key.id, order: order++, operation: copied });
  }
  added.push({ kind: 'stroke', id: newId('stroke'), keyId: key.id, order, operation });
  editor.run(label, { added, updated: [], removed: [] });
  if (editor.view?.sourceId === source.id) editor.look({ maskId: mask.id });
}

/** Whether an operation can change anything of a picture. */
function touches(operation: MaskOperation, { width, height }: SourceRecord): boolean {
  if (operation.kind === 'flood')
    return operation.x >= 0 && operation.y >= 0 && operation.x < width && operation.y < height;
  const bounds = operationBounds(operation, { x: 1, y: 1 }, { width, height, data: new Uint8Array() });
  return !isEmptyRectangle(bounds);
}

/** The last stroke of a mask's key at a frame, where the frame has one. */
export function lastOperation(
  document: DocumentStore,
  mask: MaskRecord,
  frameIndex: number,
): RecordOf<'stroke'> | undefined {
  const key = document.childrenOf('maskKey', mask.id).find((candidate) => candidate.frameIndex === frameIndex);
  return key && document.childrenOf('stroke', key.id).at(-1);
}

/** A new, empty mask over a source. */
export function newMask(source: SourceRecord, name: string): MaskRecord {
  return {
    kind: 'mask',
    id: newId('mask'),
    sourceId: source.id,
    name,
    width: source.width,
    height: source.height,
    growPixels: 0,
    featherPixels: 0,
    createdAt: new Date().toISOString(),
  };
}

/** Everything that goes with a mask: keys, strokes and what was followed. */
export function recordsOfMask(document: DocumentStore, mask: MaskRecord): DocumentRecord[] {
  const keys = document.childrenOf('maskKey', mask.id);
  const strokes = keys.flatMap((key) => document.childrenOf('stroke', key.id));
  return [mask, ...keys, ...strokes, ...document.childrenOf('followed', mask.id)];
}

/** Takes a mask away. */
export function removeMask(editor: Editor, mask: MaskRecord): void {
  editor.remove('Delete mask', ...recordsOfMask(editor.document, mask));
  if (editor.view?.maskId === mask.id) editor.look({ maskId: null });
}

/** Takes a key away with its strokes. */
export function removeKey(editor: Editor, key: MaskKeyRecord): void {
  editor.remove('Delete mask key', key, ...editor.document.childrenOf('stroke', key.id));
}

/** A drawing from a recipe as a mask of the document, as one step; returns its id. */
export function adoptDrawing(editor: Editor, source: SourceRecord, drawing: MaskDrawing, name: string): string {
  const mask = {
    ...newMask(source, name),
    width: drawing.width,
    height: drawing.height,
    growPixels: drawing.growPixels,
    featherPixels: drawing.featherPixels,
  };
  const added: DocumentRecord[] = [mask];
  for (const key of drawing.keys) {
    const keyId = newId('key');
    added.push({
      kind: 'maskKey',
      id: keyId,
      maskId: mask.id,
      frameIndex: key.frameIndex,
      interpolation: key.interpolation,
    });
    key.operations.forEach((operation, order) => {
      added.push({ kind: 'stroke', id: newId('stroke'), keyId, order, operation });
    });
  }
  editor.run('Use mask again', { added, updated: [], removed: [] });
  return mask.id;
}
