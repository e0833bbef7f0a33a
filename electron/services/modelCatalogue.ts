import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../models/errors/studioError.ts';
import type { ModelView } from '../contract/methods.ts';
import { type LearnedAlpha, readLearnedAlpha } from './learnedAlpha.ts';

const modelFile = z.looseObject({
  format: z.literal('magdiff-folder'),
  name: z.string(),
  title: z.string().optional(),
  licence: z.string().optional(),
  width: z.int(),
  height: z.int(),
  frames: z.array(z.int()),
  framesPerSecond: z.number(),
  steps: z.int(),
  guidance: z.looseObject({ text: z.number(), image: z.number().default(1) }),
  noiseAlpha: z.number().min(0).max(1).default(0),
  student: z.looseObject({ steps: z.int() }).nullish(),
});

const wordsFile = z.object({ words: z.record(z.string(), z.number()) });

/** The models that the studio offers: those that ship and those in the workspace's `models` folder. */
export class ModelCatalogue {
  readonly #roots: readonly string[];
  readonly #folders = new Map<string, string>();
  readonly #alphas = new Map<string, Promise<LearnedAlpha | null>>();

  /** `roots`: folders whose direct subfolders are models. */
  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** Reads the catalogue anew. Folders without a readable magdiff.json are not models. */
  async list(): Promise<ModelView[]> {
    const models: ModelView[] = [];
    for (const root of this.#roots) {
      for (const name of await readdir(root).catch(() => [])) {
        const folder = join(root, name);
        const view = await readModel(folder, name);
        if (!view) continue;
        this.#folders.set(view.id, folder);
        models.push({ ...view, learnedAlpha: await this.#alphaOf(folder) });
      }
    }
    return models;
  }

  #alphaOf(folder: string): Promise<LearnedAlpha | null> {
    const known = this.#alphas.get(folder) ?? readLearnedAlpha(folder);
    this.#alphas.set(folder, known);
    return known;
  }

  /** The folder of a model. @throws StudioError `model-missing` */
  async folderOf(modelId: string): Promise<string> {
    if (!this.#folders.has(modelId)) await this.list();
    const folder = this.#folders.get(modelId);
    if (folder === undefined)
      throw new StudioError('model-missing', `The model ${modelId || '(none)'} is not here.`, {
        hint: `Choose another model in the inspector, or put its folder into ${this.#roots.at(-1)}.`,
      });
    return folder;
  }

  /** A model's description. @throws StudioError `model-missing` */
  async get(modelId: string): Promise<ModelView> {
    const folder = await this.folderOf(modelId);
    const view = await readModel(folder, modelId);
    if (!view) throw new StudioError('model-incomplete', `${join(folder, 'magdiff.json')} cannot be read.`);
    return view;
  }

  /** The words a model was trained with; empty where it does not say. */
  async words(modelId: string): Promise<string[]> {
    const path = join(await this.folderOf(modelId), 'tokenizer', 'words.json');
    try {
      return Object.keys(wordsFile.parse(JSON.parse(await readFile(path, 'utf8'))).words);
    } catch {
      // Imported models do not list their words; then none is marked.
      return [];
    }
  }
}

async function readModel(folder: string, id: string): Promise<ModelView | undefined> {
  try {
    const file = modelFile.parse(JSON.parse(await readFile(join(folder, 'magdiff.json'), 'utf8')));
    return {
      id,
      title: file.title ?? file.name,
      licence: file.licence ?? '',
      width: file.width,
      height: file.height,
      frames: file.frames,
      framesPerSecond: file.framesPerSecond,
      steps: file.steps,
      guidance: { text: file.guidance.text, image: file.guidance.image },
      noiseAlpha: file.noiseAlpha,
      studentSteps: file.student?.steps ?? null,
      learnedAlpha: null,
    };
  } catch {
    return undefined;
  }
}
