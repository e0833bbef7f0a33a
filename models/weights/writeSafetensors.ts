import { replaceFile } from '../files/atomicFile.ts';

/** A tensor to be written: its bytes come in pieces, so that a file may be larger than memory. */
export interface TensorToWrite {
  readonly key: string;
  readonly dtype: 'F32' | 'F16';
  readonly shape: readonly number[];
  /** Little-endian bytes in order; together exactly the tensor's size. */
  readonly pieces: () => Iterable<Uint8Array>;
}

/**
 * Writes a safetensors file tensor by tensor, in place of an older one at once. `metadata` stands in the header under `__metadata__`.
 * @throws StudioError `disk-full` or `file-unwritable`
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
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
  await replaceFile(path, async (file) => {
    await file.writeFile(Buffer.concat([length, padded]));
    for (const { pieces } of tensors) for (const piece of pieces()) await file.writeFile(piece);
  });
}
