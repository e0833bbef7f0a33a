import { z } from 'zod';
import { exportFormatNames, exportQualities } from './exportFormats.ts';
import { assetId, frame, name, pixels, recordId } from './identities.ts';
import { maskDrawing } from './masks/maskOperations.ts';
import { inputFile, retakePart } from './retake.ts';
import { takeSettings } from './takeSettings.ts';

/** Where a file of a recipe lies, relative to the recipe's folder. */
const place = z.string().min(1).max(4096);

/**
 * Everything a take was made from: with it the take can be made again, by the studio as by the command line. Inputs are named by the
 * SHA-256 of their content.
 */
export const takeRecipe = z.strictObject({
  settings: takeSettings,
  source: z.strictObject({
    /** The source's record, where the take was made in a project. */
    sourceId: recordId.nullable(),
    assetId,
    media: z.enum(['picture', 'clip']),
    name,
    /** The frame whose subject moves (generate). */
    frameIndex: frame,
    /** First and one past the last source frame (edit). */
    inFrame: frame,
    outFrame: frame,
    /** Null: an asset of the project. */
    place: place.nullable().default(null),
  }),
  /** The mask's drawing as a JSON asset; null where a file or the picture's own alpha channel is the mask. */
  drawingAssetId: assetId.nullable(),
  maskId: recordId.nullable(),
  /** The mask as a file, or as a folder of PNG pictures, hashed in the order of their names. */
  maskFile: inputFile.nullable().default(null),
  model: z.strictObject({
    id: z.string().max(200),
    title: z.string().max(200),
    hash: z.string().max(128),
    /** Files that it is a set of, by name and fingerprint, and how they are put together; absent for a model of one folder. */
    set: z.json().optional(),
  }),
  provider: z.string().max(40),
  studioVersion: z.string().max(40),
  /** What of an earlier take was made anew; absent: everything was made. */
  retake: retakePart.optional(),
});

/** See {@link takeRecipe}. */
export type TakeRecipe = z.output<typeof takeRecipe>;

const takeOutcome = z.strictObject({
  framesSha256: z.string().max(64),
  frameCount: z.int().min(1),
  width: pixels,
  height: pixels,
  framesPerSecond: z.number().min(0.01).max(1000),
});

/** A take with all that it can be made from, wherever it is: its recipe, the drawings it names, and what it led to. */
const madeTake = z.strictObject({
  recipe: takeRecipe,
  /** The mask's drawing, where the recipe has one. */
  drawing: maskDrawing.nullable(),
  /** The region's drawing, where it is a retake in one. */
  region: maskDrawing.optional(),
  result: takeOutcome,
});

/** See {@link madeTake}. */
export type MadeTake = z.output<typeof madeTake>;

/** `take.json`: a take's recipe as a file of its own, with the frames it led to. */
export const takeFile = madeTake.extend({
  format: z.literal('magdiff-take'),
  version: z.literal(2),
  /** The takes it was made from, where it is a retake: that one, then what that one was made from, and so on. */
  bases: z.array(madeTake).max(64).optional(),
  /** The video beside it; null where there is none. */
  output: z
    .strictObject({ path: place, format: z.enum(exportFormatNames), quality: z.enum(exportQualities) })
    .nullable(),
});

/** See {@link takeFile}. */
export type TakeFile = z.output<typeof takeFile>;
