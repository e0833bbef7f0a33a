import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isFolderThere } from './recogniseFolder.ts';

/** A folder that may hold models, and whose it is. */
export interface KnownFolder {
  readonly path: string;
  /** Program that keeps models there. */
  readonly owner: string;
}

/** Where ComfyUI, A1111 and their relatives are commonly put, below the home folder. */
const comfyPlaces = [
  'ComfyUI',
  'comfyui',
  'Documents/ComfyUI',
  'StabilityMatrix/Packages/ComfyUI',
  '.local/share/krita/ai_diffusion/server/ComfyUI',
  'AppData/Roaming/krita/ai_diffusion/server/ComfyUI',
  'Library/Application Support/krita/ai_diffusion/server/ComfyUI',
];
const webuiPlaces = [
  'stable-diffusion-webui',
  'stable-diffusion-webui-forge',
  'sd-webui',
  'StabilityMatrix/Packages/stable-diffusion-webui',
];

/** Folders of ComfyUI's own that hold models beside `models`. */
const comfyFolders = [
  'models',
  'custom_nodes/ComfyUI-AnimateDiff-Evolved/models',
  'custom_nodes/ComfyUI-AnimateDiff-Evolved/motion_lora',
];
const webuiFolders = ['models', 'embeddings', 'extensions/sd-webui-animatediff/model'];

/** Settings of the environment that name folders. */
interface Environment {
  readonly HF_HOME?: string | undefined;
  readonly HF_HUB_CACHE?: string | undefined;
  readonly MAGDIFF_MODELS?: string | undefined;
}

/**
 * Folders on this machine that are there and commonly hold models: our own, ComfyUI's (with what its extra_model_paths.yaml names),
 * A1111's and the Hugging Face cache. `home` and `environment` stand in for the machine's (tests).
 */
export async function knownFolders(
  home: string = homedir(),
  environment: Environment = process.env,
): Promise<readonly KnownFolder[]> {
  const folders: KnownFolder[] = [];
  const add = (path: string, owner: string): void => {
    if (isFolderThere(path) && !folders.some((known) => known.path === path)) folders.push({ path, owner });
  };
  if (environment.MAGDIFF_MODELS) add(resolve(environment.MAGDIFF_MODELS), 'MagDiff Studio');
  add(join(home, '.magdiff', 'models'), 'MagDiff Studio');
  for (const place of comfyPlaces) {
    for (const folder of comfyFolders) add(join(home, place, folder), 'ComfyUI');
    for (const extra of await extraModelPaths(join(home, place, 'extra_model_paths.yaml'))) add(extra, 'ComfyUI');
  }
  for (const place of webuiPlaces)
    for (const folder of webuiFolders) add(join(home, place, folder), 'Stable Diffusion web UI');
  add(join(home, 'invokeai', 'models'), 'InvokeAI');
  const cache = environment.HF_HUB_CACHE ?? join(environment.HF_HOME ?? join(home, '.cache', 'huggingface'), 'hub');
  add(cache, 'Hugging Face');
  return folders;
}

/** Folders of one folder that looks like a program's: ComfyUI's and A1111's sub-folders where it is one, else itself. */
export async function foldersWithin(path: string): Promise<readonly string[]> {
  const extra = await extraModelPaths(join(path, 'extra_model_paths.yaml'));
  const inside = [...comfyFolders, ...webuiFolders].map((folder) => join(path, folder)).filter(isFolderThere);
  const isProgram = isFolderThere(join(path, 'models')) && inside.length > 0;
  return [...new Set([...(isProgram ? inside : [path]), ...extra])];
}

/** Largest description read; honest ones are a page. */
const largestDescription = 2 ** 20;

/**
 * The folders that ComfyUI's extra_model_paths.yaml names: per section a `base_path`, and per kind one folder or several lines of
 * them. A description that cannot be read names none.
 */
export async function extraModelPaths(file: string): Promise<readonly string[]> {
  let sections: unknown;
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > largestDescription) return [];
    sections = parse(text, { maxAliasCount: 10 });
  } catch {
    return [];
  }
  const folders: string[] = [];
  for (const section of Object.values(Object(sections))) {
    const entries = Object.entries(Object(section)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    const base = entries.find(([key]) => key === 'base_path')?.[1] ?? '';
    const root = base === '' ? dirname(file) : resolve(dirname(file), base.replace(/^~/, homedir()));
    for (const [key, value] of entries) {
      if (key === 'base_path' || key === 'is_default' || key === 'custom_nodes') continue;
      for (const line of value
        .split('\n')
        .map((part) => part.trim())
        .filter(Boolean))
        folders.push(isAbsolute(line) ? line : join(root, line));
    }
  }
  return [...new Set(folders)].filter(isFolderThere);
}
