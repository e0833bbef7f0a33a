import type { FileHandle } from 'node:fs/promises';
import { StudioError } from '../errors/studioError.ts';
import { readExactly, withFile } from './openFile.ts';
import type { StoredTensor } from './storedTensor.ts';

/** Bytes read at a time. */
const pieceBytes = 2 ** 23;

/** Exponent bits that are all ones in infinities and not-a-numbers, per element type. */
const exponents = { float16: 0x7c00, bfloat16: 0x7f80, float32: 0x7f800000 } as const;

/**
 * The key of the first tensor that holds an infinity or a not-a-number, or undefined where every number is finite. Reads all
 * data once, in pieces.
 */
export async function findNotFinite(tensors: Iterable<readonly [string, StoredTensor]>): Promise<string | undefined> {
  const byFile = new Map<string, [string, StoredTensor][]>();
  for (const [key, tensor] of tensors) byFile.set(tensor.path, [...(byFile.get(tensor.path) ?? []), [key, tensor]]);
  for (const [path, entries] of byFile) {
    const found = await withFile(path, async (file) => {
      for (const [key, tensor] of entries) if (!(await tensorIsFinite(file, tensor))) return key;
      return undefined;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Throws, naming the key, where a weight is no finite number. */
export async function requireFinite(label: string, tensors: Iterable<readonly [string, StoredTensor]>): Promise<void> {
  const key = await findNotFinite(tensors);
  if (key === undefined) return;
  throw new StudioError(
    'weights-not-finite',
    `${label}: the weight ${key} holds numbers that are infinite or not numbers at all.`,
    {
      hint: 'The file is damaged or its training diverged; fetch it again or choose another.',
    },
  );
}

async function tensorIsFinite(file: FileHandle, tensor: StoredTensor): Promise<boolean> {
  const { dtype, path } = tensor;
  if (dtype !== 'float16' && dtype !== 'bfloat16' && dtype !== 'float32') return true;
  const exponent = exponents[dtype];
  for (let done = 0; done < tensor.length; done += pieceBytes) {
    const bytes = await readExactly(file, path, tensor.offset + done, Math.min(pieceBytes, tensor.length - done));
    // A fresh Buffer of this size owns its memory from offset 0, so the typed view is aligned.
    const values =
      dtype === 'float32'
        ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
        : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    for (let index = 0; index < values.length; index++) if ((values[index] & exponent) >>> 0 === exponent) return false;
  }
  return true;
}
