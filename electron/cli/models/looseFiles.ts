import { createHash } from 'node:crypto';
import { basename, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { StudioError } from '../../../models/errors/studioError.ts';
import { fewStepRecipe } from '../../../models/families/sd15/fewSteps.ts';
import { type ModelSet, writeSet } from '../../../models/families/sd15/setFile.ts';
import { plannerModel } from '../../services/studioPlaces.ts';
import { readLora } from '../takes/laneOptions.ts';
import { numberOption, type TakeOptionValues } from '../takes/takeOptions.ts';
import { looseSetsFolder } from './modelFolders.ts';

/** Adds the options that put a model together from loose files. */
export function addLooseFileOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  return command
    .option('--base <file>', 'a Stable Diffusion 1.5 checkpoint or diffusers folder, in place of --model')
    .option('--motion <file>', 'an AnimateDiff motion module for the base')
    .option('--adapter <file>', 'an IP-Adapter for the base')
    .option('--encoder <file>', 'the image encoder of the adapter')
    .option('--vae <file>', 'a VAE in place of the base’s own')
    .option('--preview-decoder <file>', 'a small decoder of the TAESD form, for previews')
    .option('--text-encoder <file>', 'a text encoder in place of the base’s own')
    .option(
      '--lora <file:strength>',
      'a LoRA, or without --base one of the model’s own by its name, with its strength behind a colon, or FRAME:VALUE[:CURVE],… over the frames; may be given again',
      collect,
    )
    .option('--embeddings <folder>', 'a folder of embeddings, whose names are words; may be given again', collect)
    .option('--clip-skip <count>', 'last layers of the text encoder to leave out')
    .option('--norms <reading>', 'group norms of the motion module: original, or diffusers');
}

/** The folder of the set that the options describe; undefined where they name no base. The same files have the same folder. */
export async function looseFilesFolder(values: TakeOptionValues): Promise<string | undefined> {
  const file = (name: string): string | undefined =>
    typeof values[name] === 'string' ? resolve(values[name]) : undefined;
  const base = file('base');
  if (base === undefined) {
    const stray = ['motion', 'adapter', 'encoder', 'vae', 'textEncoder'].find((name) => values[name] !== undefined);
    if (stray)
      throw new StudioError(
        'usage',
        `--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} needs --base beside it.`,
        {
          hint: 'Name the checkpoint that these files go with.',
        },
      );
    return undefined;
  }
  if (typeof values.model === 'string')
    throw new StudioError('usage', '--model and --base name two models.', { hint: 'Give one of them.' });
  const [motion, adapter, encoder] = [file('motion'), file('adapter'), file('encoder')];
  if (adapter && !encoder)
    throw new StudioError('usage', '--adapter needs its image encoder beside it.', {
      hint: 'Add --encoder with the CLIP image encoder the adapter was made for.',
    });
  const loras = list(values.lora).map(loraOf);
  const recipe = await fewStepRecipe({ motion, loras });
  const set: ModelSet = {
    format: 'magdiff-set',
    version: 1,
    name: [base, motion]
      .filter((path) => path !== undefined)
      .map((path) => basename(path, extname(path)))
      .join(' with '),
    base,
    ...optional({
      vae: file('vae'),
      textEncoder: file('textEncoder'),
      previewDecoder: file('previewDecoder'),
      motion,
      imageAdapter: adapter,
      imageEncoder: encoder,
    }),
    loras,
    embeddings: list(values.embeddings).map((path) => resolve(path)),
    clipSkip: numberOption(values, 'clipSkip') ?? 0,
    subject: 'planned',
    longClips: 'together',
    ...optional({ planner: plannerModel() }),
    imageScale: 0.8,
    ...(values.norms === 'diffusers' || values.norms === 'original' ? { norms: values.norms } : {}),
    ...(recipe ? { recipe } : {}),
  };
  const key = createHash('sha256').update(JSON.stringify(set)).digest('hex').slice(0, 16);
  const folder = join(looseSetsFolder(), key);
  await writeSet(folder, set);
  return folder;
}

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** A LoRA that has a lane is part of the set at strength 1. */
function loraOf(given: string): { file: string; weight: number } {
  const { file, strength } = readLora(given);
  return { file: resolve(file), weight: strength.number ?? 1 };
}

const optional = <T extends Record<string, string | undefined>>(paths: T): { [Key in keyof T]?: string } =>
  // Absent ones are left out, not written as undefined.
  Object.fromEntries(Object.entries(paths).filter(([, path]) => path !== undefined)) as { [Key in keyof T]?: string };
