import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { recogniseFile } from '../../../models/recognise/recogniseFile.ts';

/** A file that selects by clicks and follows, as the page names it. */
export interface FollowerFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Its published size, such as `tiny`. */
  readonly variant: string;
}

/** Forms that a checkpoint comes in. */
const forms = new Set(['.pt', '.pth', '.safetensors']);

/** Published sizes, the quickest first: a click should answer at once. */
const sizes = ['tiny', 'small', 'base+', 'large'];

/** Files looked at in all; the folders are the user's, and may hold anything. */
const mostFiles = 2000;

/** The SAM 2 and 2.1 checkpoints in the models folders and their direct subfolders. A file is read once, until it changes. */
export class FollowerFiles {
  readonly #roots: readonly string[];
  readonly #known = new Map<string, FollowerFile | null>();

  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** The checkpoint to use, the quickest there is; null where there is none. Looks anew each time. */
  async find(): Promise<FollowerFile | null> {
    const found: FollowerFile[] = [];
    for (const path of await this.#candidates()) {
      const file = await this.#read(path);
      if (file) found.push(file);
    }
    const rank = ({ variant }: FollowerFile): number =>
      (sizes.indexOf(variant) + sizes.length + 1) % (sizes.length + 1);
    return found.sort((a, b) => rank(a) - rank(b))[0] ?? null;
  }

  async #candidates(): Promise<string[]> {
    const paths: string[] = [];
    for (const root of this.#roots)
      for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
        const path = join(root, entry.name);
        if (forms.has(extname(entry.name).toLowerCase())) paths.push(path);
        else if (entry.isDirectory())
          for (const name of await readdir(path).catch(() => []))
            if (forms.has(extname(name).toLowerCase())) paths.push(join(path, name));
      }
    return paths.slice(0, mostFiles);
  }

  async #read(path: string): Promise<FollowerFile | null> {
    const state = await stat(path).catch(() => undefined);
    if (!state?.isFile()) return null;
    const key = `${path}\n${state.size}\n${state.mtimeMs}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { role, usable, variant } = await recogniseFile(path);
    const isFollower = role === 'follower' && usable;
    const file = isFollower ? { path, name: basename(path), sizeBytes: state.size, variant: variant ?? '' } : null;
    this.#known.set(key, file);
    return file;
  }
}
