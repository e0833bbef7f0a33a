import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const hiddenLayer = z.enum(['last', 'penultimate']);

/** The mean OpenCLIP and OpenAI's CLIP take off pictures, per RGB channel in 0..1. */
export const clipMean = [0.48145466, 0.4578275, 0.40821073] as const;
/** The deviation they divide by. */
export const clipStd = [0.26862954, 0.26130258, 0.27577711] as const;

const manifestSchema = z.object({
  format: z.literal('magdiff-folder'),
  version: z.literal(1),
  name: z.string().min(1),
  title: z.string().optional(),
  licence: z.string().optional(),
  width: z.int().positive(),
  height: z.int().positive(),
  frames: z.array(z.int().positive()).min(1),
  framesPerSecond: z.number().positive(),
  text: z.object({ hiddenLayer: hiddenLayer.default('last') }).prefault({}),
  image: z.object({
    size: z.int().positive(),
    mean: triple.default([...clipMean]),
    std: triple.default([...clipStd]),
    colourOrder: z.enum(['rgb', 'bgr']).default('rgb'),
    resample: z.string().default('bicubic'),
    hiddenLayer: hiddenLayer.default('last'),
    tokensPerFrame: z.int().positive(),
  }),
  subject: z.object({ otherFrames: z.enum(['planned', 'repeat', 'black']).default('black') }).prefault({}),
  hfa: z
    .object({
      kind: z.enum(['pyramid', 'single']).default('single'),
      scales: z.array(z.number().positive()).min(1).default([1]),
    })
    .prefault({}),
  guidance: z.object({ text: z.number().min(0).default(7.5), image: z.number().min(0).default(1) }).prefault({}),
  noiseAlpha: z.number().min(0).max(1).default(0),
  steps: z.int().positive().default(50),
  /** Sampler it was made for, where it was made for one. */
  sampler: z.string().optional(),
  student: z
    .object({ folder: z.string().regex(/^[\w-]+$/), steps: z.int().positive(), guidanceDistilled: z.boolean() })
    .nullish(),
  /** Words and phrases for places it knows where a subject stands on the ground and throws a shadow. */
  ground: z.array(z.string()).optional(),
  latentToRgb: z.object({ matrix: z.array(triple).min(1), bias: triple }).nullish(),
});

/** magdiff.json: what our own model folder says about itself. */
export type Manifest = z.output<typeof manifestSchema>;

/** Checks the content of a magdiff.json; `path` names the file in messages. */
export function parseManifest(json: unknown, path: string): Manifest {
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new StudioError(
    'format-damaged',
    `${path} does not describe a model this program knows: ${z.prettifyError(parsed.error)}.`,
    {
      hint: 'It may have been made by a newer MagDiff Studio.',
    },
  );
}
