import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../errors/studioError.ts';

/**
 * Where a run keeps what it must not lose: its state after every step, and its finished latents before decoding. Files are replaced
 * atomically (written beside, flushed, renamed), so that a kill at any moment leaves the last whole state.
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
    async load(name) {
      let bytes: Buffer;
      try {
        bytes = await readFile(pathOf(name));
      } catch {
        return undefined;
      }
      return parseArrays(bytes);
    },
    async save(name, saved) {
      const temporary = `${pathOf(name)}.part`;
      try {
        await mkdir(folder, { recursive: true });
        const file = await open(temporary, 'w');
        try {
          for (const piece of formatArrays(saved)) await file.write(piece);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, pathOf(name));
      } catch (cause) {
        await rm(temporary, { force: true });
        throw writeFailure(cause, folder);
      }
    },
    async remove(name) {
      await rm(pathOf(name), { force: true });
    },
  };
}

/** A full or read-only disk as a sentence; anything else is passed on. */
export function writeFailure(cause: unknown, folder: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StudioError('disk-full', `There is no room left to write in ${folder}.`, {
      hint: 'Free some space and run again; the run goes on from its last saved step.',
      cause,
    });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || code === 'ENOENT') {
    return new StudioError('file-unwritable', `${folder} cannot be written to.`, {
      hint: 'Choose a folder you may write to.',
      cause,
    });
  }
  return cause;
}

function formatArrays({ facts, arrays }: SavedArrays): Uint8Array[] {
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, JSON.stringify(value)])),
  };
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    header[name] = { dtype: 'F32', shape: [array.length], data_offsets: [offset, offset + array.byteLength] };
    offset += array.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return [
    length,
    Buffer.from(text),
    ...Object.values(arrays).map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
  ];
}

/** Reads back what {@link folderRunStore} wrote; a file that is not whole counts as absent, since it is only a convenience. */
function parseArrays(bytes: Buffer): SavedArrays | undefined {
  try {
    const length = Number(bytes.readBigUInt64LE(0));
    const header: unknown = JSON.parse(bytes.subarray(8, 8 + length).toString());
    if (typeof header !== 'object' || header === null) return undefined;
    const saved: SavedArrays = { facts: {}, arrays: {} };
    for (const [name, entry] of Object.entries(header)) {
      if (name === '__metadata__') {
        for (const [key, value] of Object.entries(entry as Record<string, string>))
          saved.facts[key] = JSON.parse(value);
        continue;
      }
      const [from, to] = (entry as { data_offsets: [number, number] }).data_offsets;
      if (8 + length + to > bytes.length) return undefined;
      saved.arrays[name] = new Float32Array(Uint8Array.from(bytes.subarray(8 + length + from, 8 + length + to)).buffer);
    }
    return saved;
  } catch {
    return undefined;
  }
}

/** SHA-256 of a request in canonical JSON: a saved state is only resumed by the same request. */
export function requestKey(request: unknown): string {
  const canonical = JSON.stringify(request, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(canonical).digest('hex');
}
