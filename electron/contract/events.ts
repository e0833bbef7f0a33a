import { z } from 'zod';
import { documentDiff } from './documentDiff.ts';
import { errorOnWire } from './errorOnWire.ts';
import { ablationView } from './grid/ablations.ts';
import { alphaSearchView } from './grid/alphaSearches.ts';
import { gridView } from './grid/grids.ts';
import { jobView } from './jobs.ts';
import { maskOperation } from './masks/maskOperations.ts';
import { attentionEvent } from './measures/attention.ts';
import { takeMeasuredEvent } from './measures/takeFigures.ts';
import { fetchEntryView, foundFileView, modelFolderView, modelSetView } from './models/modelLibrary.ts';
import { modelView } from './models/modelView.ts';

/** Everything the studio tells its pages unasked. Each event carries a number; a page that missed some is told by `gap`. */
export const studioEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('job'), job: jobView }),
  z.strictObject({ type: z.literal('jobGone'), projectId: z.string(), jobId: z.string() }),
  attentionEvent,
  takeMeasuredEvent,
  z.strictObject({ type: z.literal('alphaSearch'), search: alphaSearchView }),
  z.strictObject({ type: z.literal('ablation'), ablation: ablationView }),
  z.strictObject({ type: z.literal('ablationGone'), projectId: z.string(), ablationId: z.string() }),
  z.strictObject({ type: z.literal('grid'), grid: gridView }),
  z.strictObject({ type: z.literal('gridGone'), projectId: z.string(), gridId: z.string() }),
  /** A change written by another window (`windowId`) or by the studio itself (`studio`). */
  z.strictObject({
    type: z.literal('document'),
    projectId: z.string(),
    windowId: z.string(),
    sequence: z.int(),
    diff: documentDiff,
  }),
  /** Which window may write to a project from now on. */
  z.strictObject({ type: z.literal('writer'), projectId: z.string(), windowId: z.string().nullable() }),
  /** One thumbnail of a strip of `count`, evenly spread over the clip. */
  z.strictObject({
    type: z.literal('thumbnail'),
    projectId: z.string(),
    assetId: z.string(),
    index: z.int(),
    count: z.int(),
    url: z.string(),
  }),
  z.strictObject({ type: z.literal('waveform'), projectId: z.string(), assetId: z.string(), url: z.string() }),
  z.strictObject({
    type: z.literal('smartSelect'),
    requestId: z.string(),
    operation: maskOperation.nullable(),
    error: errorOnWire.nullable(),
  }),
  /** A frame was encoded ahead of the first click on it, or could not be. */
  z.strictObject({
    type: z.literal('clickReady'),
    projectId: z.string(),
    sourceId: z.string(),
    frameIndex: z.int(),
    error: errorOnWire.nullable(),
  }),
  /** Files of the model page that are new or have changed. */
  z.strictObject({ type: z.literal('modelFiles'), files: z.array(foundFileView) }),
  /** Whether folders are being looked through, and what that has come to; files that are gone are none of `fileIds`. */
  z.strictObject({
    type: z.literal('modelScan'),
    scanning: z.boolean(),
    folders: z.array(modelFolderView),
    sets: z.array(modelSetView),
    fileIds: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('modelFetch'), entry: fetchEntryView }),
  /** The models that the inspector offers have changed. */
  z.strictObject({ type: z.literal('models'), models: z.array(modelView) }),
  /** A frame that a running job has just followed, to be looked at; the document has it when the job is done. */
  z.strictObject({
    type: z.literal('followed'),
    projectId: z.string(),
    jobId: z.string(),
    maskId: z.string(),
    frame: z.int().min(0),
    /** Percent. */
    confidence: z.int().min(0).max(100),
    width: z.int().min(1),
    height: z.int().min(1),
    runs: z.array(z.int().min(0)),
  }),
  /** Something failed inside the studio that no call was waiting for; the log holds it under this number. */
  z.strictObject({ type: z.literal('trouble'), reportId: z.string() }),
  /** Events were lost: read the state anew. */
  z.strictObject({ type: z.literal('gap') }),
]);

/** See {@link studioEvent}. */
export type StudioEvent = z.output<typeof studioEvent>;
