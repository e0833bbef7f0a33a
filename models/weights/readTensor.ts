import { StudioError } from '../errors/studioError.ts';
import { readExactly, withFile } from './openFile.ts';
import type { StoredTensor } from './storedTensor.ts';

/** Largest tensor read into memory whole; weights stay where they lie and never come through here. */
const largestRead = 2 ** 30;

/** Widens IEEE half-precision bits to a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Widens an 8-bit float with four bits of exponent and three of fraction (no infinities; 0x7f is not a number). */
function quarterToNumber(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 15;
  const fraction = bits & 7;
  if (exponent === 15 && fraction === 7) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7));
}

/** Reads a tensor's numbers as float32, whatever its stored type. For small tensors: test cases and single scalars. */
export async function readTensor(tensor: StoredTensor): Promise<Float32Array> {
  if (tensor.length > largestRead)
    throw new StudioError('format-unknown', `A tensor of ${tensor.path} is too large to read whole.`);
  const bytes = await withFile(tensor.path, (file) => readExactly(file, tensor.path, tensor.offset, tensor.length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const floatBits = new DataView(new ArrayBuffer(4));
  const readers: Readonly<Record<StoredTensor['dtype'], { size: number; read: (at: number) => number }>> = {
    float64: { size: 8, read: (at) => view.getFloat64(at, true) },
    float32: { size: 4, read: (at) => view.getFloat32(at, true) },
    float16: { size: 2, read: (at) => halfToNumber(view.getUint16(at, true)) },
    bfloat16: {
      size: 2,
      read: (at) => {
        floatBits.setUint16(0, view.getUint16(at, true));
        return floatBits.getFloat32(0);
      },
    },
    float8_e4m3: { size: 1, read: (at) => quarterToNumber(view.getUint8(at)) },
    // The upper half of a half-precision number.
    float8_e5m2: { size: 1, read: (at) => halfToNumber(view.getUint8(at) << 8) },
    int64: { size: 8, read: (at) => Number(view.getBigInt64(at, true)) },
    int32: { size: 4, read: (at) => view.getInt32(at, true) },
    int16: { size: 2, read: (at) => view.getInt16(at, true) },
    int8: { size: 1, read: (at) => view.getInt8(at) },
    uint8: { size: 1, read: (at) => view.getUint8(at) },
    bool: { size: 1, read: (at) => view.getUint8(at) },
  };
  const { size, read } = readers[tensor.dtype];
  return Float32Array.from({ length: tensor.length / size }, (_, index) => read(index * size));
}
