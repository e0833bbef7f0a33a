import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import { readTensor } from './readTensor.ts';
import { readSafetensorsHeader } from './safetensors.ts';
import { writeSafetensors } from './writeSafetensors.ts';

/**
 * Where a run keeps what it must not lose: its state after every step, and its finished latents before decoding. Files are replaced
 * atomically, so that a kill at any moment leaves the last whole state.
 */
export interface RunStore {
  load(name: string): Promise<SavedArrays | undefined>;
  save(name: string, saved: SavedArrays): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Named float arrays and a few facts about them. */
export interface SavedArrays {
  facts: Record<string, string | number>;
  arrays: Record<string, Float32Array>;
}

/** A run store in a folder, one file a name, in safetensors form so that other programs can read the latents too. */
export function folderRunStore(folder: string): RunStore {
  const pathOf = (name: string): string => join(folder, `${name}.safetensors`);
  return {
    load: (name) =>
      readArrays(pathOf(name)).catch((error: unknown) => {
        // A state that is absent or not whole is no state: it is only a convenience.
        if (error instanceof StudioError || error instanceof SyntaxError) return undefined;
        throw error;
      }),
    save: (name, { facts, arrays }) =>
      writeSafetensors(
        pathOf(name),
        Object.entries(arrays).map(([key, array]) => ({
          key,
          dtype: 'F32',
          shape: [array.length],
          pieces: () => [new Uint8Array(array.buffer, array.byteOffset, array.byteLength)],
        })),
        Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, JSON.stringify(value)])),
      ),
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

async function readArrays(path: string): Promise<SavedArrays> {
  const saved: SavedArrays = { facts: {}, arrays: {} };
  const { tensors, metadata } = await readSafetensorsHeader(path);
  for (const [key, value] of metadata) saved.facts[key] = JSON.parse(value);
  for (const [key, tensor] of tensors) saved.arrays[key] = await readTensor(tensor);
  return saved;
}
