import { join } from 'node:path';
import { z } from 'zod';
import { samplerNames } from '../../diffusion/sampler.ts';
import { StudioError } from '../../errors/studioError.ts';
import type { SetFiles } from '../../families/sd15/openParts.ts';
import { readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';

const inside = z.string().regex(/^(?!.*\.\.)[\w .-]+(\/[\w .-]+)*$/, 'must be a name inside the folder');

const caseSchema = z.object({
  format: z.literal('stable-diffusion-1'),
  base: inside,
  vae: inside.nullish(),
  textEncoder: inside.nullish(),
  motion: inside.nullish(),
  imageEncoder: inside.nullish(),
  imageAdapter: inside.nullish(),
  loras: z.array(z.object({ file: inside, weight: z.number() })).default([]),
  scheduler: z.enum(samplerNames),
  eta: z.number().min(0).max(1).default(0),
  betaSchedule: z.enum(['linear', 'scaled_linear']).default('linear'),
  steps: z.int().positive().max(1000),
  guidance: z.number(),
  imageScale: z.number().default(1),
  textScale: z.number().default(1),
  clipSkip: z.int().min(0).nullish(),
  frames: z.int().positive().max(512),
  height: z.int().positive().multipleOf(8),
  width: z.int().positive().multipleOf(8),
  norms: z.enum(['diffusers', 'original']).nullish(),
  freeNoise: z.object({ length: z.int().positive(), stride: z.int().positive() }).optional(),
});

/** A case of golden data in the files people have: which files, which settings, and what a reference made of them. */
export interface SetCase {
  readonly settings: z.output<typeof caseSchema>;
  readonly files: SetFiles;
  readonly tensors: TensorIndex;
}

/** Whether a folder's case.json (already read) is for this family. */
export const isSetCase = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'format' in json && json.format === 'stable-diffusion-1';

/** Reads a folder's case.json and the headers of its case.safetensors. */
export async function readSetCase(folder: string): Promise<SetCase> {
  const path = join(folder, 'case.json');
  const parsed = caseSchema.safeParse(await readJson(path));
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${path} describes no case this program knows: ${z.prettifyError(parsed.error)}.`,
    );
  const settings = parsed.data;
  const place = (name: string | null | undefined): string | undefined => (name ? join(folder, name) : undefined);
  return {
    settings,
    files: {
      base: join(folder, settings.base),
      vae: place(settings.vae),
      textEncoder: place(settings.textEncoder),
      motion: place(settings.motion),
      imageAdapter: place(settings.imageAdapter),
      imageEncoder: place(settings.imageEncoder),
      loras: settings.loras.map(({ file, weight }) => ({ file: join(folder, file), weight })),
      norms: settings.norms ?? undefined,
    },
    tensors: await readCheckpoint(join(folder, 'case.safetensors')),
  };
}
