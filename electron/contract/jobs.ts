import { z } from 'zod';
import { workStages } from '../../models/progress/progress.ts';
import { errorOnWire } from './errorOnWire.ts';
import { exportFormatNames, exportQualities } from './exportFormats.ts';
import { fileName } from './fileName.ts';
import { assetId, recordId } from './identities.ts';
import { takeSettings } from './takeSettings.ts';

/** What the page asks the studio to make. The mask is read from the project, as it is at the moment of asking. */
export const takeRequest = z.strictObject({
  modelId: z.string().max(200),
  settings: takeSettings,
  sourceId: recordId,
  /** Null: the picture's own transparency. */
  maskId: recordId.nullable(),
  /** Generate: the source's frame whose subject moves. */
  frameIndex: z.int().min(0),
  /** Edit: first and one past the last source frame. */
  inFrame: z.int().min(0),
  outFrame: z.int().min(0),
  /** The machine's own engine, or the queue's workers; absent: the engine. */
  runOn: z.enum(['here', 'queue']).optional(),
});

/** See {@link takeRequest}. */
export type TakeRequest = z.output<typeof takeRequest>;

/** A mask to be followed through its clip's range. */
export const followRequest = z.strictObject({
  maskId: recordId,
  /** Follow on where the clip cuts, also where the follower stopped there before. */
  acrossCuts: z.boolean().default(false),
});

/** See {@link followRequest}. */
export type FollowRequest = z.output<typeof followRequest>;

/** How a take, or the timeline, leaves the studio. */
export const exportOptions = z.strictObject({
  format: z.enum(exportFormatNames),
  quality: z.enum(exportQualities),
  /** First and one past the last frame of the take or the timeline. */
  inFrame: z.int().min(0),
  outFrame: z.int().min(1).max(1_000_000),
  /** Size in pixels; even numbers. */
  width: z.int().min(16).max(8192),
  height: z.int().min(16).max(8192),
  /** Frames per second; absent: the take's or the timeline's own. */
  framesPerSecond: z.number().min(1).max(240).optional(),
  /** Take the sound of the clip the take was edited from, or of all that lies on the timeline. */
  sound: z.boolean(),
  /** Keep only the subject, transparent elsewhere (formats that can). */
  alpha: z.boolean(),
  fileName,
});

/** See {@link exportOptions}. */
export type ExportOptions = z.output<typeof exportOptions>;

/** States of a job; the last three are final. */
export const jobStates = [...workStages, 'done', 'failed', 'canceled'] as const;

/** A sheet of small frames, row by row, to be shown as a moving picture. */
export const previewSheet = z.strictObject({
  url: z.string(),
  frameCount: z.int().min(1),
  frameWidth: z.int().min(1),
  frameHeight: z.int().min(1),
  columns: z.int().min(1),
  /** What a live preview is drawn at, where that is less than the take will be. */
  reduced: z.strictObject({ frames: z.int(), width: z.int(), height: z.int() }).optional(),
});

/** See {@link previewSheet}. */
export type PreviewSheet = z.output<typeof previewSheet>;

/** A job as the page sees it; every change is sent whole. */
export const jobView = z.strictObject({
  id: recordId,
  projectId: z.string(),
  kind: z.enum(['generate', 'edit', 'decode', 'retake', 'export', 'follow', 'grid', 'alpha', 'ablation']),
  live: z.boolean(),
  label: z.string(),
  createdAt: z.string(),
  state: z.enum(jobStates),
  /** Steps done and in all, of the present state; 0 of 0 where it has none. */
  step: z.int().min(0),
  total: z.int().min(0),
  secondsLeft: z.number().nullable(),
  /** What is being loaded, or the last warning. */
  note: z.string(),
  preview: previewSheet.nullable(),
  takeId: recordId.nullable(),
  /** What it works on, where that is a source of the project. */
  sourceId: recordId.nullable(),
  /** Following: the mask. */
  maskId: recordId.nullable(),
  /** Export: where the file is. */
  file: z.strictObject({ url: z.string(), name: z.string(), path: z.string(), sizeBytes: z.int() }).nullable(),
  error: errorOnWire.nullable(),
});

/** See {@link jobView}. */
export type JobView = z.output<typeof jobView>;

/** Whether nothing more will happen to a job. */
export function isFinal(state: JobView['state']): boolean {
  return state === 'done' || state === 'failed' || state === 'canceled';
}

/** The list of a take's frames, in order: the content of its frames asset. */
export const frameList = z.array(assetId).min(1).max(100_000);
