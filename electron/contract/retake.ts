import { z } from 'zod';
import { assetId, frame, name, recordId } from './identities.ts';

const prompt = z.string().max(4000);
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

/** A file, or a folder of PNG pictures hashed in the order of their names, and where it lies relative to the recipe. */
export const inputFile = z.strictObject({
  kind: z.enum(['file', 'folder']),
  assetId,
  place: z.string().min(1).max(4096),
});

/** What of an earlier take was made anew; everything else is that take's, to the pixel. */
export const retakePart = z.strictObject({
  /** The earlier take's record, where it was made in a project, and its name. */
  takeId: recordId.nullable(),
  name,
  /** SHA-256 over the RGBA bytes of all its frames in order: which frames are meant. */
  framesSha256: z.string().max(64),
  /** The list of its frames, an asset of the project; null where it was no project's. */
  framesAssetId: assetId.nullable(),
  /** First frame that was made anew and one past the last, counted in the take. */
  firstFrame: frame,
  endFrame: frame,
  /** Where frames may change: a drawing on the source as a JSON asset, or a file; neither: everywhere. */
  regionAssetId: assetId.nullable(),
  regionFile: inputFile.nullable(),
  /** What the subject's path was planned from, where the model plans it: its motion stays. */
  motion: z.strictObject({ prompt, seed }),
});

/** See {@link retakePart}. */
export type RetakePart = z.output<typeof retakePart>;

/** What the page asks to be made anew of a take. */
export const retakeRequest = z.strictObject({
  takeId: recordId,
  firstFrame: frame,
  endFrame: frame,
  /** A mask of the take's source that marks where frames may change; null: everywhere. */
  regionMaskId: recordId.nullable(),
  prompt,
  seed,
});

/** See {@link retakeRequest}. */
export type RetakeRequest = z.output<typeof retakeRequest>;
