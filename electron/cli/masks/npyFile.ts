/** A float32 array as NumPy's .npy file, version 1.0 (numpy.org, NEP 1): row-major, little-endian. */
export function encodeNpy(shape: readonly number[], data: Float32Array): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Magic, version and length take ten bytes; the header ends with a newline at a multiple of 64.
  const padded = Math.ceil((10 + description.length + 1) / 64) * 64;
  const header = Buffer.alloc(padded, ' ');
  header.write('\u0093NUMPY', 0, 'latin1');
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(padded - 10, 8);
  header.write(description, 10, 'latin1');
  header.write('\n', padded - 1, 'latin1');
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
