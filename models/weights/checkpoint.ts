import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import { parseBoundedJson } from '../files/boundedJson.ts';
import { fileError, readExactly, withFile } from './openFile.ts';
import { readSafetensors } from './safetensors.ts';
import type { StoredTensor, TensorIndex } from './storedTensor.ts';
import { readTorchZip } from './torch/torchZip.ts';

/** Weight files by preference where a folder holds several forms of the same weights. */
const preferredNames = [
  'diffusion_pytorch_model.safetensors',
  'diffusion_pytorch_model.safetensors.index.json',
  'model.safetensors',
  'model.safetensors.index.json',
  'open_clip_model.safetensors',
  'open_clip_pytorch_model.safetensors',
  'resampler.safetensors',
  'diffusion_pytorch_model.fp16.safetensors',
  'model.fp16.safetensors',
  'diffusion_pytorch_model.bin',
  'pytorch_model.bin',
  'open_clip_pytorch_model.bin',
] as const;

/** The weight file of a folder: one of the usual names, or the only weight file there is. Undefined where there is none. */
export function findWeightFile(folder: string): string | undefined {
  for (const name of preferredNames) if (existsSync(join(folder, name))) return join(folder, name);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  const files = readdirSync(folder).filter(
    (name) => /\.(safetensors|pth|ckpt|bin)$/.test(name) && name !== 'cases.safetensors',
  );
  return files.length === 1 && files[0] ? join(folder, files[0]) : undefined;
}

/**
 * Reads which tensors a checkpoint holds: a safetensors file, the index of a sharded one, or a torch zip (.pth, .ckpt,
 * .bin). The kind is told by the content, not by the name. Nothing but headers is read.
 */
export async function readCheckpoint(path: string): Promise<TensorIndex> {
  if (path.endsWith('.index.json')) return readShardIndex(path);
  const start = await withFile(path, (file, size) => readExactly(file, path, 0, Math.min(size, 16)));
  if (start.length >= 4 && start.readUInt32LE() === 0x04034b50) return readTorchZip(path);
  if (start.length >= 9 && start[8] === 0x7b) return readSafetensors(path);
  if (start[0] === 0x80 && (start[1] ?? 0) <= 5)
    throw new StudioError(
      'format-unknown',
      `${path} is a torch file of the form before 2020 (a bare pickle), which this program does not read.`,
      {
        hint: 'Load and save it once with a current PyTorch, or convert it to safetensors.',
      },
    );
  if (path.endsWith('.safetensors')) return readSafetensors(path);
  throw new StudioError('format-unknown', `${path} is neither a safetensors file nor a torch zip.`, {
    hint: 'Weights come as .safetensors, .pth, .ckpt or .bin.',
  });
}

/** Reads `<name>.index.json`: a map of key to shard beside it. Shards must lie in the same folder. */
async function readShardIndex(path: string): Promise<TensorIndex> {
  const json = await readJson(path);
  const map = typeof json === 'object' && json !== null && 'weight_map' in json ? json.weight_map : undefined;
  if (typeof map !== 'object' || map === null) throw new StudioError('format-damaged', `${path} has no "weight_map".`);
  const shards = new Map<string, TensorIndex>();
  const index = new Map<string, StoredTensor>();
  for (const [key, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || shard !== basename(shard) || shard.includes('\\'))
      throw new StudioError('format-hostile', `${path} is refused: it places ${key} outside its own folder.`);
    const known = shards.get(shard) ?? (await readCheckpoint(join(dirname(path), shard)));
    shards.set(shard, known);
    const tensor = known.get(key);
    if (!tensor)
      throw new StudioError('model-incomplete', `${path} says ${key} is in ${shard}, which does not hold it.`);
    index.set(key, tensor);
  }
  return index;
}

/** Reads a JSON file of at most 64 MiB; what it holds is the caller's to check. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    if (statSync(path).size > 2 ** 26)
      throw new StudioError(
        'format-hostile',
        `${path} is refused: it is no small description but ${statSync(path).size} bytes.`,
      );
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw cause instanceof StudioError ? cause : fileError(path, cause);
  }
  try {
    return parseBoundedJson(text, path);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError('format-damaged', `${path} is not JSON.`, {
      hint: 'The file is damaged; fetch it again.',
      cause,
    });
  }
}
