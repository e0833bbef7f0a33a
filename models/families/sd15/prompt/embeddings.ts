import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { StudioError } from '../../../errors/studioError.ts';
import { readCheckpoint } from '../../../weights/checkpoint.ts';
import { readTensor } from '../../../weights/readTensor.ts';
import type { TensorIndex } from '../../../weights/storedTensor.ts';

/** Words of one's own (textual inversion), by their files' names in lower case. */
export type Embeddings = ReadonlyMap<string, string>;

/** Most vectors one word may stand for: a whole chunk. */
const mostVectors = 75;

/** The embeddings in some folders; a folder that is not there has none. Of two with one name the earlier folder's is taken. */
export async function findEmbeddings(folders: readonly string[]): Promise<Embeddings> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      const extension = extname(name);
      const word = name.slice(0, name.length - extension.length).toLowerCase();
      if (/^\.(safetensors|pt|bin)$/i.test(extension) && word && !found.has(word)) found.set(word, join(folder, name));
    }
  }
  return found;
}

/** The vectors of an embedding, each `width` wide. @throws StudioError where it was made for another base */
export async function readEmbedding(path: string, width: number): Promise<readonly Float32Array[]> {
  const index = await readCheckpoint(path);
  const key = vectorKey(index);
  const tensor = key === undefined ? undefined : index.get(key);
  const columns = tensor?.shape.at(-1);
  const rows = tensor?.shape.length === 2 ? (tensor.shape[0] ?? 0) : 1;
  if (!tensor || tensor.shape.length > 2 || tensor.shape.length === 0)
    throw new StudioError('model-mismatch', `${path} is no embedding for Stable Diffusion 1.5.`, {
      hint: 'Leave its word out of the prompt, or take one made for this base.',
    });
  if (columns !== width || rows > mostVectors)
    throw new StudioError(
      'model-mismatch',
      `${path} holds ${rows} vectors of ${columns}, and the text encoder takes at most ${mostVectors} of ${width}.`,
      { hint: 'It was made for another base; leave its word out of the prompt.' },
    );
  const values = await readTensor(tensor);
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
}

/** A1111's `string_to_param`, kohya's `emb_params`, or the only tensor there is. */
function vectorKey(index: TensorIndex): string | undefined {
  const keys = [...index.keys()];
  return (
    keys.find((key) => key.startsWith('string_to_param.') || key === 'emb_params') ??
    (keys.length === 1 ? keys[0] : undefined)
  );
}
