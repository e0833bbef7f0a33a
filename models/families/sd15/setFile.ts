import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import { writeFileAtomic } from '../../files/atomicFile.ts';
import { parseBoundedJson } from '../../files/boundedJson.ts';
import type { SetFiles } from './openParts.ts';

const path = z.string().min(1);

const setSchema = z.object({
  format: z.literal('magdiff-set'),
  version: z.literal(1),
  name: z.string().min(1).max(200),
  base: path,
  vae: path.optional(),
  textEncoder: path.optional(),
  /** A small decoder of TAESD's form, for previews. */
  previewDecoder: path.optional(),
  motion: path.optional(),
  imageAdapter: path.optional(),
  imageEncoder: path.optional(),
  loras: z
    .array(
      z.object({
        file: path,
        weight: z.number().min(-10).max(10).default(1),
        /** What prompts call it, where that is not its file's name. */
        name: z.string().max(200).optional(),
      }),
    )
    .max(32)
    .default([]),
  /** Folders with embeddings, whose file names are words. */
  embeddings: z.array(path).default([]),
  /** Where a picture's subject is in the frames after the first: where a plan puts it, where it was, or wherever it is drawn. */
  subject: z.enum(['planned', 'repeat', 'first']).default('planned'),
  /** A model folder with a motion planner, its tokenizer and schedule; without one nothing is planned. */
  planner: path.optional(),
  /** Clips longer than the motion module knows: windows within each step, or all frames at once from shuffled noise (FreeNoise). */
  longClips: z.enum(['together', 'freeNoise']).default('together'),
  norms: z.enum(['diffusers', 'original']).optional(),
  clipSkip: z.int().min(0).max(11).default(0),
  betaSchedule: z.enum(['linear', 'scaled_linear']).optional(),
  imageScale: z.number().min(0).max(4).default(0.8),
  /** What tells each file, as it is named here, from others: by it a file is found again that has moved. */
  fingerprints: z.record(z.string(), z.string()).optional(),
  width: z.int().positive().multipleOf(8).optional(),
  height: z.int().positive().multipleOf(8).optional(),
  recipe: z
    .object({ sampler: z.string().min(1), steps: z.int().positive().max(1000), guidance: z.number().min(0).max(50) })
    .optional(),
});

/** A set: which files make up a model, and how it is run. The content of `set.json`. */
export type ModelSet = z.output<typeof setSchema>;

/** Where a folder keeps its set. */
export const setPath = (folder: string): string => join(folder, 'set.json');

/** Whether a folder holds a set. */
export const holdsSet = (folder: string): boolean => existsSync(setPath(folder));

/** Reads a folder's set. @throws StudioError `format-damaged`, `format-hostile` */
export async function readSet(folder: string): Promise<ModelSet> {
  const file = setPath(folder);
  let json: unknown;
  try {
    json = parseBoundedJson(await readFile(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError('format-damaged', `${file} is not JSON, or cannot be read.`, { cause });
  }
  return parseSet(json, file);
}

/** The set that JSON describes; `label` says where it is from. @throws StudioError `format-damaged` */
export function parseSet(json: unknown, label: string): ModelSet {
  const parsed = setSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new StudioError(
    'format-damaged',
    `${label} describes no set this program knows: ${z.prettifyError(parsed.error)}.`,
    {
      hint: 'A set names at least a base; `magdiff models scan` proposes whole ones.',
    },
  );
}

/** Writes a set into a folder of its own. */
export async function writeSet(folder: string, set: ModelSet): Promise<void> {
  await writeFileAtomic(setPath(folder), JSON.stringify(set, null, 1));
}

/** The planner's model folder, where the set has one and asks for plans. */
export const plannerFolder = (folder: string, { planner, subject }: ModelSet): string | undefined =>
  planner !== undefined && subject === 'planned' ? resolve(folder, planner) : undefined;

/** The parts of a set that are one file each. */
const fileParts = [
  'base',
  'vae',
  'textEncoder',
  'previewDecoder',
  'motion',
  'imageAdapter',
  'imageEncoder',
] as const satisfies readonly (keyof ModelSet)[];

/** Every file that a set names, as it names it. */
export function filesNamedBy(set: ModelSet): readonly string[] {
  return [...fileParts.flatMap((part) => set[part] ?? []), ...set.loras.map(({ file }) => file)];
}

/** The set with its files where `place` says. */
export function withFilesAt(set: ModelSet, place: (file: string) => string): ModelSet {
  const placed: ModelSet = { ...set, loras: set.loras.map((lora) => ({ ...lora, file: place(lora.file) })) };
  for (const part of fileParts) {
    const file = set[part];
    if (file !== undefined) placed[part] = place(file);
  }
  return placed;
}

/** A set's files with absolute paths; those written as relative lie beside set.json. */
export function filesOfSet(folder: string, set: ModelSet): SetFiles {
  return withFilesAt(set, (file) => (isAbsolute(file) ? file : resolve(folder, file)));
}
