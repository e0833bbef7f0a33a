import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { recogniseFile } from './recogniseFile.ts';
import { recogniseFolder } from './recogniseFolder.ts';
import type { Recognition } from './recognition.ts';

/** A weight file (or diffusers folder) that was found, and what it is. */
export interface FoundFile extends Recognition {
  /** Where it was found; links are not followed in the name. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** What scanning may do at most: folders are other people's, and links may go in circles. */
const limits = { depth: 10, entries: 100_000, files: 20_000 };

const weightNames = /\.(safetensors|sft|ckpt|pt|pth|bin|gguf)$/i;

/** Folders that hold no models however large they are: environments, packages, version control, other programs' own stores. */
const passedOver =
  /^(\.git|\.venv|venv|node_modules|__pycache__|blobs|refs|\.locks|site-packages|output|outputs|input|temp)$/i;

/** Files read at once: enough to keep a slow disk busy. */
const readAtOnce = 8;

/**
 * Looks through folders and says of every weight file what it is, from headers alone; nothing is executed, nothing copied. Links are
 * followed once each (the Hugging Face cache is made of them), so that a circle of links ends. `onFile` is told each as it is found.
 */
export async function scanFolders(
  roots: readonly string[],
  options: { onFile?: (file: FoundFile) => void; signal?: AbortSignal } = {},
): Promise<readonly FoundFile[]> {
  const walk = new Walk();
  for (const root of roots) await walk.enter(root, 0);
  const found: FoundFile[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (;;) {
      options.signal?.throwIfAborted();
      const place = walk.places[next++];
      if (!place) return;
      const { path, isFolder, sizeBytes } = place;
      const recognition = isFolder ? await recogniseFolder(path) : await recogniseFile(path);
      if (!recognition) continue;
      const file = { path, sizeBytes, ...recognition };
      found.push(file);
      options.onFile?.(file);
    }
  };
  await Promise.all(Array.from({ length: readAtOnce }, work));
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Place {
  readonly path: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
}

/** Collects the places to look at, each once however many links lead to it. */
class Walk {
  readonly places: Place[] = [];
  readonly #seen = new Set<string>();
  #entries = 0;

  async enter(path: string, depth: number): Promise<void> {
    if (depth > limits.depth || this.#entries > limits.entries || this.places.length > limits.files) return;
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined || this.#seen.has(real)) return;
    this.#seen.add(real);
    const facts = await stat(real).catch(() => undefined);
    if (facts?.isFile()) {
      if (weightNames.test(path)) this.places.push({ path, isFolder: false, sizeBytes: facts.size });
      return;
    }
    if (!facts?.isDirectory()) return;
    const names = await readdir(path).catch((): string[] => []);
    this.#entries += names.length;
    // A model in diffusers' form is one thing, and so is a part with its configuration.
    if (isOneModel(names)) {
      this.places.push({ path, isFolder: true, sizeBytes: await this.#sizeOf(path) });
      return;
    }
    for (const name of names.sort()) if (!passedOver.test(name)) await this.enter(join(path, name), depth + 1);
  }

  /** Bytes of the weight files of a folder and its direct sub-folders. */
  async #sizeOf(path: string): Promise<number> {
    let total = 0;
    for (const name of await readdir(path, { recursive: true }).catch((): string[] => []))
      if (weightNames.test(name)) total += (await stat(join(path, name)).catch(() => undefined))?.size ?? 0;
    return total;
  }
}

/** A whole model: the index of one, or a UNet's folder beside a VAE's or a text encoder's. A part: a configuration beside weights. */
const isOneModel = (names: readonly string[]): boolean =>
  names.includes('model_index.json') ||
  (names.includes('unet') && (names.includes('vae') || names.includes('text_encoder'))) ||
  (names.includes('config.json') && names.some((name) => weightNames.test(name)));
