import { z } from 'zod';
import { assetId, frame, framePixels, name, pixels, recordId } from './identities.ts';
import { maskOperation } from './masks/maskOperations.ts';
import { takeRecipe } from './takeRecipe.ts';
import { takeSettings } from './takeSettings.ts';
import { upgradeItem } from './timeline/olderItems.ts';
import { itemRecord, timelineFormat, trackRecord } from './timeline/timelineRecords.ts';

const timestamp = z.string().max(40);

/** The project itself; exactly one, with the id `project`. `framesPerSecond` is the timeline's rate. */
export const projectRecord = z.strictObject({
  kind: z.literal('project'),
  id: z.literal('project'),
  name,
  createdAt: timestamp,
  framesPerSecond: z.number().min(1).max(240),
  timeline: timelineFormat.optional(),
});

/**
 * A picture, a clip or a sound brought in. `inFrame` and `outFrame` (exclusive) are the part in use, in the source's own frames; a sound's are
 * hundredths of a second, and it has no size to speak of.
 */
export const sourceRecord = z.strictObject({
  kind: z.literal('source'),
  id: recordId,
  media: z.enum(['picture', 'clip', 'sound']),
  assetId,
  name,
  mimeType: z.string().max(100),
  sizeBytes: z.int().min(0),
  width: pixels,
  height: pixels,
  frameCount: z.int().min(1).max(10_000_000),
  framesPerSecond: z.number().min(0.01).max(1000),
  durationSeconds: z.number().min(0),
  hasAudio: z.boolean(),
  hasAlpha: z.boolean(),
  inFrame: frame,
  outFrame: frame,
  createdAt: timestamp,
});

/** A mask over a source: the subject. Its keys and strokes are records of their own, so that a stroke is a small change. */
export const maskRecord = z.strictObject({
  kind: z.literal('mask'),
  id: recordId,
  sourceId: recordId,
  name,
  width: pixels,
  height: pixels,
  growPixels: z.number().min(-1024).max(1024),
  featherPixels: z.number().min(0).max(1024),
  /** Whether pixels at its border are partly the subject, as the picture's colours say. */
  softEdges: z.boolean().optional(),
  createdAt: timestamp,
});

/** A frame of the source at which a mask is drawn. */
export const maskKeyRecord = z.strictObject({
  kind: z.literal('maskKey'),
  id: recordId,
  maskId: recordId,
  frameIndex: frame,
  interpolation: z.enum(['hold', 'linear']),
});

/** One gesture on a key, painted in ascending `order`. */
export const strokeRecord = z.strictObject({
  kind: z.literal('stroke'),
  id: recordId,
  keyId: recordId,
  order: z.number(),
  operation: maskOperation,
});

/** A hand-made key as a follower was given it: its frame, and a mark that changes with what is drawn there. */
export const keyMark = z.strictObject({ frameIndex: frame, mark: z.string().max(40) });

/** See {@link keyMark}. */
export type KeyMark = z.output<typeof keyMark>;

/** Frames through which a mask was followed between two hand-made keys (or from one to an end of the range). */
export const followedRecord = z
  .strictObject({
    kind: z.literal('followed'),
    id: recordId,
    maskId: recordId,
    /** First frame and one past the last, in the source's own frames. */
    firstFrame: frame,
    endFrame: frame,
    /** A mask a frame: a `MaskSequence` of models/masks. */
    masksAssetId: assetId,
    /** How sure the follower is of each frame, in percent. */
    confidence: z.array(z.int().min(0).max(100)).min(1).max(100_000),
    /** Frames in which the subject is not seen. */
    absent: z.array(frame).max(100_000),
    /** Where the clip cuts at one of the ends, so that the follower stopped there. */
    cut: z.enum(['start', 'end']).nullable(),
    /** The hand-made keys that it was made from. */
    before: keyMark.nullable(),
    after: keyMark.nullable(),
    /** Who followed, in words. */
    follower: name,
  })
  .refine((run) => run.endFrame - run.firstFrame === run.confidence.length, 'must say of each frame how sure it is');

/** What a take's run left behind. Frames are lossless PNG assets, listed in a JSON asset (`string[]` of asset ids). */
export const takeResult = z.strictObject({
  framesAssetId: assetId,
  firstFrameAssetId: assetId,
  latentsAssetId: assetId.nullable(),
  frameCount: z.int().min(1).max(100_000),
  width: framePixels,
  height: framePixels,
  framesPerSecond: z.number().min(0.01).max(1000),
  framesSha256: z.string().max(64),
  seconds: z.number().min(0),
});

/** A finished run, kept with its whole recipe. */
export const takeRecord = z.strictObject({
  kind: z.literal('take'),
  id: recordId,
  name,
  createdAt: timestamp,
  starred: z.boolean(),
  recipe: takeRecipe,
  result: takeResult,
});

/** A named point of the timeline. */
export const markerRecord = z.strictObject({
  kind: z.literal('marker'),
  id: recordId,
  frameIndex: frame,
  label: z.string().max(200),
  colour: z.enum(['yellow', 'red', 'green', 'blue', 'purple']),
});

/** What the inspector holds: the next take's settings. One with the id `setup`, from which a source has its own once they are changed there. */
export const setupRecord = z.strictObject({
  kind: z.literal('setup'),
  /** `setup`, or `setup-` and the source's id. */
  id: recordId,
  modelId: z.string().max(200),
  settings: takeSettings,
});

/** Where the user was; kept with the project, never in history. Exactly one, with the id `view`. */
export const viewRecord = z.strictObject({
  kind: z.literal('view'),
  id: z.literal('view'),
  sourceId: recordId.nullable(),
  maskId: recordId.nullable(),
  takeId: recordId.nullable(),
  compareTakeId: recordId.nullable(),
  playheadFrame: frame,
});

/** One record of a project's document. New kinds are new members here with a new schema version. */
const anyRecord = z.discriminatedUnion('kind', [
  projectRecord,
  sourceRecord,
  maskRecord,
  maskKeyRecord,
  strokeRecord,
  followedRecord,
  takeRecord,
  trackRecord,
  itemRecord,
  markerRecord,
  setupRecord,
  viewRecord,
]);

/** A record as it is read: of this form, or of an earlier one, which is brought up to date. */
export const documentRecord = z.preprocess(upgradeItem, anyRecord);

export type ProjectRecord = z.output<typeof projectRecord>;
export type SourceRecord = z.output<typeof sourceRecord>;
export type MaskRecord = z.output<typeof maskRecord>;
export type MaskKeyRecord = z.output<typeof maskKeyRecord>;
export type FollowedRecord = z.output<typeof followedRecord>;
export type TakeRecord = z.output<typeof takeRecord>;
export type { ItemRecord, TrackRecord } from './timeline/timelineRecords.ts';

export type MarkerRecord = z.output<typeof markerRecord>;
export type SetupRecord = z.output<typeof setupRecord>;
export type ViewRecord = z.output<typeof viewRecord>;
/** See {@link documentRecord}. */
export type DocumentRecord = z.output<typeof anyRecord>;
/** The kinds a record can be of. */
export type RecordKind = DocumentRecord['kind'];
/** The record type of a kind. */
export type RecordOf<K extends RecordKind> = Extract<DocumentRecord, { kind: K }>;
