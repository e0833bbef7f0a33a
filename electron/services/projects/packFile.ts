import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';

const blockBytes = 512;
/** What a packed project may hold: nothing else is read or written, so no entry can name a place outside the folder. */
const entryPattern = /^(project\.json|assets\/[0-9a-f]{64})$/;
const projectLimitBytes = 512 * 1024 * 1024;

/** An entry of a pack: its name and the file to read it from. */
export interface PackEntry {
  name: string;
  path: string;
}

/** Writes the entries into one file: a plain tar archive (nothing compressed: pictures and clips already are). */
export async function writePack(out: string, entries: readonly PackEntry[]): Promise<void> {
  const file = await open(out, 'w');
  try {
    for (const entry of entries) {
      const { size } = await stat(entry.path);
      await file.write(tarHeader(entry.name, size));
      let written = 0;
      for await (const chunk of createReadStream(entry.path)) {
        await file.write(chunk);
        written += chunk.length;
      }
      if (written !== size)
        throw new StudioError('file-unreadable', `${entry.path} changed while it was packed.`, {
          hint: 'Pack the project again.',
        });
      await file.write(Buffer.alloc(padding(size)));
    }
    await file.write(Buffer.alloc(2 * blockBytes));
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Unpacks a project into an existing folder. Every name must be `project.json` or an asset, every asset must hash to its name, and
 * nothing may be larger than the archive itself: a hostile file is refused, never followed.
 * @throws StudioError `format-unknown`, `format-damaged`, `format-hostile`
 */
export async function readPack(path: string, folder: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size: total } = await file.stat();
    const seen = new Set<string>();
    let at = 0;
    while (at + blockBytes <= total) {
      const header = await readExactly(file, at, blockBytes);
      if (header.every((byte) => byte === 0)) break;
      const entry = parseHeader(header, path);
      if (!entryPattern.test(entry.name) || seen.has(entry.name))
        throw new StudioError(
          'format-hostile',
          `${path} holds an entry that no packed project has: ${JSON.stringify(entry.name.slice(0, 80))}.`,
          {
            hint: 'Only open packed projects from people you trust.',
          },
        );
      seen.add(entry.name);
      at += blockBytes;
      if (at + entry.size > total || (entry.name === 'project.json' && entry.size > projectLimitBytes))
        throw new StudioError('format-damaged', `${path} ends in the middle of ${entry.name}.`, {
          hint: 'Fetch or pack the file again.',
        });
      await extract(file, at, entry, folder, path);
      at += entry.size + padding(entry.size);
    }
    if (!seen.has('project.json')) throw notAPack(path);
  } finally {
    await file.close();
  }
}

async function extract(
  file: FileHandle,
  at: number,
  entry: { name: string; size: number },
  folder: string,
  path: string,
): Promise<void> {
  const digits = entry.name.slice('assets/'.length);
  const target =
    entry.name === 'project.json' ? join(folder, 'project.json') : join(folder, 'assets', digits.slice(0, 2), digits);
  await mkdir(dirname(target), { recursive: true });
  const out = await open(target, 'wx');
  const hash = createHash('sha256');
  try {
    for (let done = 0; done < entry.size; ) {
      const chunk = await readExactly(file, at + done, Math.min(1 << 20, entry.size - done));
      hash.update(chunk);
      await out.write(chunk);
      done += chunk.length;
    }
    await out.sync();
  } finally {
    await out.close();
  }
  if (entry.name !== 'project.json' && hash.digest('hex') !== digits)
    throw new StudioError(
      'format-damaged',
      `${path} is damaged: the content of ${entry.name} does not match its name.`,
      { hint: 'Fetch or pack the file again.' },
    );
}

async function readExactly(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, at + done);
    if (bytesRead === 0)
      throw new StudioError('format-damaged', 'The packed project ends too early.', {
        hint: 'Fetch or pack the file again.',
      });
    done += bytesRead;
  }
  return buffer;
}

const padding = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

function notAPack(path: string): StudioError {
  return new StudioError('format-unknown', `${path} is not a packed MagDiff project.`, {
    hint: 'Choose a file that the studio packed (.magdiff).',
  });
}

/** A POSIX ustar header; sizes past 8 GiB in the base-256 form that GNU tar reads. */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0, 100, 'ascii');
  header.write('0000644\0', 100, 'ascii');
  header.write('0000000\0', 108, 'ascii');
  header.write('0000000\0', 116, 'ascii');
  if (size < 0o100000000000) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'ascii');
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write('00000000000\0', 136, 'ascii');
  header.write('        ', 148, 'ascii');
  header.write('0', 156, 'ascii');
  header.write('ustar\u000000', 257, 'ascii');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return header;
}

function checksum(header: Buffer): number {
  let sum = 0;
  for (let index = 0; index < blockBytes; index++) sum += index >= 148 && index < 156 ? 32 : (header[index] ?? 0);
  return sum;
}

function parseHeader(header: Buffer, path: string): { name: string; size: number } {
  const text = (from: number, length: number): string =>
    header.toString('latin1', from, from + length).split('\0', 1)[0] ?? '';
  if (text(257, 5) !== 'ustar' || Number.parseInt(text(148, 8), 8) !== checksum(header)) throw notAPack(path);
  const type = text(156, 1);
  const size = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  if (type !== '0' && type !== '') return { name: `${text(0, 100)} (type ${type})`, size: 0 };
  if (!Number.isSafeInteger(size) || size < 0) throw notAPack(path);
  return { name: text(0, 100), size };
}
