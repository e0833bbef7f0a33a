import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../errors/studioError.ts';

/** A tensor to be written: its bytes come in pieces, so that a file may be larger than memory. */
export interface TensorToWrite {
  readonly key: string;
  readonly dtype: 'F32' | 'F16';
  readonly shape: readonly number[];
  /** Little-endian bytes in order; together exactly the tensor's size. */
  readonly pieces: () => Iterable<Uint8Array>;
}

/** Writes a safetensors file tensor by tensor. A failed write is an error naming the file. */
export async function writeSafetensors(path: string, tensors: readonly TensorToWrite[]): Promise<void> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const { key, dtype, shape } of tensors) {
    const length = shape.reduce((product, size) => product * size, 1) * (dtype === 'F32' ? 4 : 2);
    header[key] = { dtype, shape, data_offsets: [offset, offset + length] };
    offset += length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'w');
    try {
      await file.writeFile(Buffer.concat([length, padded]));
      for (const { pieces } of tensors) for (const piece of pieces()) await file.writeFile(piece);
    } finally {
      await file.close();
    }
  } catch (cause) {
    const full = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
    throw new StudioError(
      full ? 'disk-full' : 'file-unwritable',
      `${path} could not be written${full ? ': the disk is full' : ''}.`,
      {
        hint: 'Free some space or choose another folder.',
        cause,
      },
    );
  }
}
