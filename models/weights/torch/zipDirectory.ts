import type { FileHandle } from 'node:fs/promises';
import { StudioError } from '../../errors/studioError.ts';
import { readExactly } from '../openFile.ts';

/** One file of a zip archive, as the central directory lists it. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes of the data; equal to the stored bytes unless compressed. */
  readonly sizeBytes: number;
  readonly compressed: boolean;
  readonly headerOffset: number;
  /** Size of the archive itself. */
  readonly fileSizeBytes: number;
}

/** More entries than any checkpoint has. */
const mostEntries = 200_000;
const largestDirectory = 2 ** 26;

/**
 * Reads a zip archive's central directory (APPNOTE.TXT 4.3, zip64 included). Names that climb out of the archive (`..`,
 * absolute, backslashes), entries that overlap or leave the file, and encrypted archives are refused.
 */
export async function readZipDirectory(
  file: FileHandle,
  path: string,
  sizeBytes: number,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { offset, length, count } = await findDirectory(file, path, sizeBytes);
  const bytes = await readExactly(file, path, offset, length);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
      throw damaged(path, 'its directory is cut short');
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) throw damaged(path, 'its directory is cut short');
    const entry = readEntry(path, bytes.subarray(at, next), nameLength, extraLength, sizeBytes);
    if (entries.has(entry.name)) throw hostile(path, `it lists ${entry.name} twice`);
    entries.set(entry.name, entry);
    at = next;
  }
  refuseOverlaps(path, [...entries.values()]);
  return entries;
}

function readEntry(
  path: string,
  header: Buffer,
  nameLength: number,
  extraLength: number,
  fileSizeBytes: number,
): ZipEntry {
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  const name = header.subarray(46, 46 + nameLength).toString('utf8');
  if (flags & 1) throw new StudioError('format-unknown', `${path} is an encrypted archive.`);
  if (
    name.startsWith('/') ||
    name.includes('\\') ||
    name.includes('\0') ||
    /^[A-Za-z]:/.test(name) ||
    name.split('/').includes('..')
  )
    throw hostile(path, 'one of its entries has a name that leaves the archive');
  const sizes = { packed: header.readUInt32LE(20), size: header.readUInt32LE(24), offset: header.readUInt32LE(42) };
  const wide = readWideFields(header.subarray(46 + nameLength, 46 + nameLength + extraLength), sizes);
  if (wide.offset + wide.packed > fileSizeBytes) throw damaged(path, `its entry ${name} reaches beyond the file`);
  if (method === 0 && wide.size !== wide.packed) throw hostile(path, `its entry ${name} lies about its size`);
  return { name, sizeBytes: wide.size, compressed: method !== 0, headerOffset: wide.offset, fileSizeBytes };
}

/** Takes from the zip64 extra field those sizes that did not fit their 32 bits, in the order the format fixes. */
function readWideFields(
  extra: Buffer,
  sizes: { packed: number; size: number; offset: number },
): { packed: number; size: number; offset: number } {
  const wide = { ...sizes };
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at);
    const end = at + 4 + extra.readUInt16LE(at + 2);
    let field = at + 4;
    if (id === 1) {
      for (const key of ['size', 'packed', 'offset'] as const) {
        if (sizes[key] !== 0xffffffff || field + 8 > Math.min(end, extra.length)) continue;
        wide[key] = Number(extra.readBigUInt64LE(field));
        field += 8;
      }
    }
    at = end;
  }
  return wide;
}

async function findDirectory(
  file: FileHandle,
  path: string,
  sizeBytes: number,
): Promise<{ offset: number; length: number; count: number }> {
  const tailLength = Math.min(sizeBytes, 65_557);
  const tail = await readExactly(file, path, sizeBytes - tailLength, tailLength);
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== 0x06054b50) at--;
  if (at < 0) throw damaged(path, 'its directory is missing');
  let found = {
    count: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  if (at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50) {
    const wideOffset = Number(tail.readBigUInt64LE(at - 20 + 8));
    if (wideOffset + 56 > sizeBytes) throw damaged(path, 'its directory lies beyond the file');
    const wide = await readExactly(file, path, wideOffset, 56);
    if (wide.readUInt32LE(0) !== 0x06064b50) throw damaged(path, 'its directory is missing');
    found = {
      count: Number(wide.readBigUInt64LE(32)),
      length: Number(wide.readBigUInt64LE(40)),
      offset: Number(wide.readBigUInt64LE(48)),
    };
  }
  if (found.count > mostEntries || found.length > largestDirectory)
    throw hostile(path, `its directory claims ${found.count} entries`);
  if (found.offset + found.length > sizeBytes) throw damaged(path, 'its directory lies beyond the file');
  return found;
}

/** Overlapping entries are how a small archive pretends to be a huge one. */
function refuseOverlaps(path: string, entries: ZipEntry[]): void {
  const stored = entries.filter(({ compressed }) => !compressed).sort((a, b) => a.headerOffset - b.headerOffset);
  let end = 0;
  for (const entry of stored) {
    if (entry.headerOffset < end) throw hostile(path, `its entry ${entry.name} overlaps another`);
    end = entry.headerOffset + 30 + entry.sizeBytes;
  }
}

function damaged(path: string, reason: string): StudioError {
  return new StudioError('format-damaged', `${path} is no complete torch file: ${reason}.`, {
    hint: 'The download was cut short; fetch the file again.',
  });
}

function hostile(path: string, reason: string): StudioError {
  return new StudioError('format-hostile', `${path} is refused: ${reason}.`, {
    hint: 'No honest program writes such a file.',
  });
}
