import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { readManifest } from '../../../models/families/families.ts';
import { loraNames } from '../../../models/families/sd15/lora/loraStrengths.ts';
import { holdsSet, type ModelSet, readSet } from '../../../models/families/sd15/setFile.ts';
import type { ModelView } from '../../contract/methods.ts';
import type { LearnedAlpha } from '../../contract/models/modelView.ts';
import { samplerNames } from '../../contract/takeSettings.ts';
import { readLearnedAlpha } from './learnedAlpha.ts';

const wordsFile = z.object({ words: z.record(z.string(), z.number()) });

/** The models that the studio offers: every subfolder of its roots that holds one, in our own form or the release's. */
export class ModelCatalogue {
  readonly #roots: readonly string[];
  readonly #folders = new Map<string, string>();
  readonly #alphas = new Map<string, Promise<LearnedAlpha | null>>();

  /** `roots`: folders whose direct subfolders are models; of two with the same name the earlier root's is taken. */
  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** Reads the catalogue anew. Folders without a description that can be read are not models. */
  async list(): Promise<ModelView[]> {
    const models = new Map<string, ModelView>();
    for (const root of this.#roots) {
      for (const name of await readdir(root).catch(() => [])) {
        const folder = join(root, name);
        const view = models.has(name) ? undefined : await readModel(folder, name);
        if (!view) continue;
        this.#folders.set(view.id, folder);
        models.set(view.id, { ...view, learnedAlpha: await this.#alphaOf(folder) });
      }
    }
    return [...models.values()];
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
    if (!view) throw new StudioError('model-incomplete', `The model in ${folder} cannot be read any more.`);
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

const lorasOf = (set: ModelSet): ModelView['loras'] =>
  loraNames(set).map((name, index) => ({ name, weight: set.loras[index]?.weight ?? 1 }));

async function readModel(folder: string, id: string): Promise<ModelView | undefined> {
  // What cannot be read is not offered; `magdiff models list` says why.
  const manifest = await readManifest(folder).catch(() => undefined);
  return (
    manifest && {
      id,
      loras: holdsSet(folder) ? lorasOf(await readSet(folder)) : [],
      title: manifest.title ?? manifest.name,
      licence: manifest.licence ?? '',
      width: manifest.width,
      height: manifest.height,
      frames: manifest.frames,
      framesPerSecond: manifest.framesPerSecond,
      steps: manifest.steps,
      guidance: manifest.guidance,
      noiseAlpha: manifest.noiseAlpha,
      studentSteps: manifest.student?.steps ?? null,
      sampler: samplerNames.find((name) => name === manifest.sampler) ?? null,
      plansMotion: manifest.subject.otherFrames === 'planned',
      learnedAlpha: null,
    }
  );
}
