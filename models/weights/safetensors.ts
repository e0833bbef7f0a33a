import { StudioError } from '../errors/studioError.ts';
import { readExactly, withFile } from './openFile.ts';
import {
  checkedElementCount,
  type StoredTensor,
  type StoredType,
  storedBytes,
  type TensorIndex,
} from './storedTensor.ts';

/** Headers beyond this are refused, as the reference reader does. */
const largestHeader = 100_000_000;

const types: Readonly<Record<string, StoredType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  F8_E4M3: 'float8_e4m3',
  F8_E4M3FN: 'float8_e4m3',
  F8_E5M2: 'float8_e5m2',
  BOOL: 'bool',
};

/**
 * Reads the header of a safetensors file (github.com/huggingface/safetensors): 8 bytes of header length, a JSON header with
 * dtype, shape and data_offsets of every tensor, then the data. Only the header is read. A header that lies about sizes,
 * overlaps tensors, leaves bytes that belong to none, or points outside the file is refused with a sentence naming the tensor.
 */
export async function readSafetensors(path: string): Promise<TensorIndex> {
  return (await readSafetensorsHeader(path)).tensors;
}

/** {@link readSafetensors} with what the file says about itself: text by name, as its writer put it there. */
export async function readSafetensorsHeader(
  path: string,
): Promise<{ tensors: TensorIndex; metadata: ReadonlyMap<string, string> }> {
  return withFile(path, async (file, sizeBytes) => {
    if (sizeBytes < 8) throw damaged(path, `it is only ${sizeBytes} bytes long`);
    const length = (await readExactly(file, path, 0, 8)).readBigUInt64LE();
    if (length > BigInt(largestHeader)) throw hostile(path, `its header claims ${length} bytes`);
    const headerBytes = Number(length);
    if (8 + headerBytes > sizeBytes)
      throw damaged(path, `its header claims ${headerBytes} bytes and the file has ${sizeBytes}`);
    const header = parseHeader(path, await readExactly(file, path, 8, headerBytes));
    return { tensors: indexTensors(path, header, 8 + headerBytes, sizeBytes), metadata: readMetadata(header) };
  });
}

/** Deepest nesting of an honest header: the table, a tensor's entry, its list of sizes. */
const deepestNesting = 3;
/** Most values in a header: ten for each of half a million tensors. */
const mostValues = 5_000_000;

/**
 * What is wrong with a header's brackets and keys, told without building anything of it: nesting deeper than any honest header's, or a
 * key that stands twice in its table, which readers would understand differently.
 */
function faultOf(bytes: Buffer): string | undefined {
  /** The keys of each open table; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x22) {
      const start = at;
      for (at++; at < bytes.length && bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
      const keys = open.at(-1);
      if (!expectsKey || !keys) continue;
      expectsKey = false;
      const key = plainText(bytes.toString('utf8', start, at + 1));
      if (keys.has(key)) return `its header holds ${key} twice`;
      keys.add(key);
    } else if (byte === 0x7b || byte === 0x5b) {
      if (open.length === deepestNesting) return 'its header nests brackets deeper than any table of tensors';
      open.push(byte === 0x7b ? new Set() : undefined);
      expectsKey = byte === 0x7b;
    } else if (byte === 0x7d || byte === 0x5d) {
      open.pop();
      expectsKey = false;
    } else if (byte === 0x2c) {
      expectsKey = open.at(-1) !== undefined;
      if (++values > mostValues) return 'its header lists more than any model has';
    }
  }
  return undefined;
}

/** A quoted text without its quotes; the same text is the same however it is escaped. */
function plainText(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    // No JSON; the header as a whole is refused for it.
    return quoted;
  }
}

function readMetadata(header: Record<string, unknown>): ReadonlyMap<string, string> {
  const metadata = header.__metadata__;
  if (typeof metadata !== 'object' || metadata === null) return new Map();
  return new Map(Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function parseHeader(path: string, bytes: Buffer): Record<string, unknown> {
  const fault = faultOf(bytes);
  if (fault !== undefined) throw hostile(path, fault);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(path, 'its header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged(path, 'its header is not a table of tensors');
  return Object.fromEntries(Object.entries(header));
}

function indexTensors(
  path: string,
  header: Record<string, unknown>,
  dataStart: number,
  sizeBytes: number,
): TensorIndex {
  const index = new Map<string, StoredTensor>();
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    index.set(key, readEntry(path, key, value, dataStart, sizeBytes));
  }
  const ordered = [...index].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
  let end = dataStart;
  let previous = '';
  for (const [key, tensor] of ordered) {
    if (tensor.offset < end) throw hostile(path, `its tensors ${previous} and ${key} overlap`);
    if (tensor.offset > end) throw hostile(path, `bytes before its tensor ${key} belong to none`);
    end = tensor.offset + tensor.length;
    previous = key;
  }
  if (end !== sizeBytes) throw hostile(path, `${sizeBytes - end} bytes after its last tensor belong to none`);
  return index;
}

function readEntry(path: string, key: string, value: unknown, dataStart: number, sizeBytes: number): StoredTensor {
  const entry = typeof value === 'object' && value !== null ? value : {};
  const dtype = 'dtype' in entry && typeof entry.dtype === 'string' ? types[entry.dtype] : undefined;
  if (!dtype) throw damaged(path, `its tensor ${key} has an element type this program does not read`);
  const shape = 'shape' in entry ? entry.shape : undefined;
  const count = checkedElementCount(shape);
  if (count === undefined || !Array.isArray(shape)) throw hostile(path, `its tensor ${key} claims an impossible shape`);
  const offsets = 'data_offsets' in entry && Array.isArray(entry.data_offsets) ? entry.data_offsets : [];
  const [from, to]: unknown[] = offsets;
  if (!isOffset(from) || !isOffset(to) || to < from) throw hostile(path, `its tensor ${key} has no valid byte range`);
  if (to - from !== count * storedBytes[dtype])
    throw hostile(path, `its tensor ${key} claims ${to - from} bytes for ${count} elements of ${dtype}`);
  if (dataStart + to > sizeBytes)
    throw damaged(path, `its tensor ${key} ends at byte ${dataStart + to} and the file at ${sizeBytes}`);
  return { dtype, shape: shape.map(Number), path, offset: dataStart + from, length: to - from };
}

const isOffset = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function damaged(path: string, reason: string, cause?: unknown): StudioError {
  return new StudioError('format-damaged', `${path} is no complete safetensors file: ${reason}.`, {
    hint: 'The file is damaged or of another kind; fetch it again.',
    cause,
  });
}

function hostile(path: string, reason: string): StudioError {
  return new StudioError('format-hostile', `${path} is refused: ${reason}.`, {
    hint: 'No honest program writes such a file; get the weights from their own source.',
  });
}
