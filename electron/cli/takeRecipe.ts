import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../models/files/atomicFile.ts';
import { exportFormatNames } from '../contract/jobs.ts';
import { providerNames, takeSettings } from '../contract/takeSettings.ts';

const fileReference = z.strictObject({
  /** Relative to the recipe's folder. */
  path: z.string().max(4096),
  /** Of the file's bytes, or for a folder of its PNG files in order. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A take's recipe: everything needed to make its frames again. */
export const takeRecipe = z.strictObject({
  format: z.literal('magdiff-take'),
  version: z.literal(1),
  inputs: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('generate'),
      picture: fileReference,
      pictureTimeSeconds: z.number().min(0).optional(),
    }),
    z.strictObject({
      kind: z.literal('edit'),
      clip: fileReference,
      startSeconds: z.number().min(0),
      endSeconds: z.number().min(0),
    }),
  ]),
  mask: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('alpha') }),
    z.strictObject({ kind: z.literal('file'), file: fileReference }),
    z.strictObject({ kind: z.literal('folder'), file: fileReference }),
  ]),
  settings: takeSettings,
  model: z.strictObject({ name: z.string(), folder: z.string(), hash: z.string() }),
  provider: z.enum(providerNames),
  result: z.strictObject({
    framesSha256: z.string(),
    frameCount: z.int(),
    width: z.int(),
    height: z.int(),
    frameRate: z.string(),
  }),
  output: z.strictObject({
    path: z.string(),
    format: z.enum(exportFormatNames),
    quality: z.enum(['draft', 'good', 'best']),
  }),
});

/** See {@link takeRecipe}. */
export type TakeRecipe = z.output<typeof takeRecipe>;

/** Reads a recipe from a stranger: bounded, parsed, every fault a sentence. */
export async function readRecipe(path: string): Promise<TakeRecipe> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw new StudioError('file-missing', `There is no recipe ${path}.`, {
      hint: 'Give the take.json that lies beside a video.',
    });
  if (found.size > 4 << 20)
    throw new StudioError('format-hostile', `${path} is ${found.size} bytes long, far too large for a recipe.`);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new StudioError('format-damaged', `${path} is not valid JSON.`, {
      hint: 'Give the take.json that lies beside a video.',
      cause,
    });
  }
  const parsed = takeRecipe.safeParse(json);
  if (!parsed.success) {
    throw new StudioError('format-damaged', `${path} is not a take's recipe: ${issueSentence(parsed.error)}.`, {
      hint: 'Give the take.json that lies beside a video.',
    });
  }
  return parsed.data;
}

/** The first thing wrong with parsed input, as words. */
export function issueSentence(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'it does not parse';
  return `${issue.path.join('.') || 'the whole'}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}

/**
 * Where the recipe of an output goes: `take.json` beside it, or `<name>.take.json` when the folder's take.json belongs to another
 * output.
 */
export async function recipePathFor(output: string): Promise<string> {
  const plain = join(dirname(output), 'take.json');
  const other = await readRecipe(plain).catch((cause: unknown) => cause);
  const isFree = other instanceof StudioError && other.code === 'file-missing';
  const isOurs =
    !(other instanceof Error) && resolve(dirname(plain), (other as TakeRecipe).output.path) === resolve(output);
  return isFree || isOurs ? plain : join(dirname(output), `${basename(output, extname(output))}.take.json`);
}

/** Writes a recipe beside its output, atomically. */
export async function writeRecipe(path: string, recipe: TakeRecipe): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(recipe, undefined, 2)}\n`);
}

/** A reference to a file or a folder of PNG pictures, for a recipe in `folder`. */
export async function referenceTo(path: string, folder: string): Promise<z.output<typeof fileReference>> {
  return { path: relative(folder, resolve(path)) || '.', sha256: await contentHash(path) };
}

/** The file a reference means; a sentence says when it is gone or has changed. */
export async function resolveReference(reference: z.output<typeof fileReference>, folder: string): Promise<string> {
  const path = resolve(folder, reference.path);
  if ((await contentHash(path)) !== reference.sha256) {
    throw new StudioError(
      'conflict',
      `${path} has changed since the take was made, so the same frames cannot come of it.`,
      {
        hint: 'Put the original file back, or make a new take.',
      },
    );
  }
  return path;
}

async function contentHash(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new StudioError('file-missing', `There is no file ${path}.`, {
      hint: 'Put it back where the recipe says, or make a new take.',
    });
  const files = found.isDirectory()
    ? (await readdir(path))
        .filter((name) => /\.png$/i.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const hash = createHash('sha256');
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
