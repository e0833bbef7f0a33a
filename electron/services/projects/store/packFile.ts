import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { translateWriteError } from '../../../../models/files/atomicFile.ts';

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
  const archive = pack();
  const writing = pipeline(archive, createWriteStream(out, { flush: true }));
  const filling = (async () => {
    for (const { name, path } of entries) {
      const { size } = await stat(path);
      await pipeline(createReadStream(path), archive.entry({ name, size, mtime: new Date(0) })).catch((cause) => {
        throw new StudioError('file-unreadable', `${path} could not be packed: it changed meanwhile, or is gone.`, {
          hint: 'Pack the project again.',
          cause,
        });
      });
    }
    archive.finalize();
  })();
  // Where an entry cannot be read, the archive is never finished: its writing ends with it.
  filling.catch((error) => archive.destroy(error));
  await Promise.all([filling, writing]).catch((error: unknown) => {
    throw translateWriteError(error, out);
  });
}

/**
 * Unpacks a project into an existing folder. Every name must be `project.json` or an asset, every asset must hash to its name, and
 * nothing may be larger than the archive itself: a hostile file is refused, never followed.
 * @throws StudioError `format-unknown`, `format-damaged`, `format-hostile`
 */
export async function readPack(path: string, folder: string): Promise<void> {
  const { size: total } = await stat(path);
  const archive = extract();
  const seen = new Set<string>();
  const reading = pipeline(createReadStream(path), archive);
  const unpacking = (async () => {
    for await (const entry of archive) {
      const { name, type, size } = entry.header;
      if (type !== 'file' || !entryPattern.test(name) || seen.has(name))
        throw new StudioError(
          'format-hostile',
          `${path} holds an entry that no packed project has: ${JSON.stringify(name.slice(0, 80))}.`,
          { hint: 'Only open packed projects from people you trust.' },
        );
      seen.add(name);
      if (size > total || (name === 'project.json' && size > projectLimitBytes)) throw damaged(path);
      // tar-stream does not say of its contents that they are bytes.
      await unpackEntry(name, entry as AsyncIterable<Uint8Array>, folder, path);
    }
  })();
  const [read, unpacked] = await Promise.allSettled([reading, unpacking]);
  const failures = [unpacked, read].flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const own = failures.find((failure) => failure instanceof StudioError);
  if (own) throw own;
  if (failures.length > 0) throw seen.size === 0 ? notAPack(path, failures[0]) : damaged(path, failures[0]);
  if (!seen.has('project.json')) throw notAPack(path);
}

async function unpackEntry(
  name: string,
  content: AsyncIterable<Uint8Array>,
  folder: string,
  path: string,
): Promise<void> {
  const digits = name.slice('assets/'.length);
  const isProject = name === 'project.json';
  const target = isProject ? join(folder, name) : join(folder, 'assets', digits.slice(0, 2), digits);
  await mkdir(dirname(target), { recursive: true });
  const out = await open(target, 'wx');
  const hash = createHash('sha256');
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      await out.write(chunk);
    }
    await out.sync();
  } finally {
    await out.close();
  }
  if (!isProject && hash.digest('hex') !== digits)
    throw new StudioError('format-damaged', `${path} is damaged: the content of ${name} does not match its name.`, {
      hint: 'Fetch or pack the file again.',
    });
}

function notAPack(path: string, cause?: unknown): StudioError {
  return new StudioError('format-unknown', `${path} is not a packed MagDiff project.`, {
    hint: 'Choose a file that the studio packed (.magdiff).',
    cause,
  });
}

function damaged(path: string, cause?: unknown): StudioError {
  return new StudioError('format-damaged', `${path} is damaged, or ends too early.`, {
    hint: 'Fetch or pack the file again.',
    cause,
  });
}
