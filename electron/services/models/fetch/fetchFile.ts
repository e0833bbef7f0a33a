import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CancelledError, StudioError } from '../../../../models/errors/studioError.ts';
import { translateWriteError, writeFileAtomic } from '../../../../models/files/atomicFile.ts';
import { type FetchAnswer, type FetchRules, request } from './request.ts';

/** A file to fetch, and what is known of it beforehand. */
export interface WantedFile {
  readonly url: string;
  readonly path: string;
  readonly sizeBytes?: number | undefined;
  readonly aboutBytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** How far a file is. */
export interface FetchProgress {
  readonly doneBytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
}

/** How often a fetch that got further is begun again where it was, and how often one that did not. */
const fruitlessTries = 3;

/** Room that must be left on the disk beside the file. */
const spareBytes = 256 << 20;

/**
 * Fetches a file: into `<path>.part`, going on where an earlier try ended as long as the server still has the same content, its SHA-256
 * checked where it is known, renamed at the end. Killed at any byte, the next call goes on. Returns the file's SHA-256.
 * @throws StudioError `download-failed` with the way out, `disk-full`, `file-unwritable`; CancelledError
 */
export async function fetchFile(
  wanted: WantedFile,
  rules: FetchRules,
  onProgress: (progress: FetchProgress) => void = () => undefined,
): Promise<string> {
  const part = `${wanted.path}.part`;
  await mkdir(dirname(wanted.path), { recursive: true }).catch((cause: unknown) => {
    throw translateWriteError(cause, wanted.path);
  });
  let fruitless = 0;
  for (;;) {
    const before = await sizeOf(part);
    try {
      await fetchRest(wanted, part, rules, onProgress);
      break;
    } catch (error) {
      if (rules.signal?.aborted) throw new CancelledError();
      if (!(error instanceof BrokenTransfer)) throw error;
      fruitless = (await sizeOf(part)) > before ? 0 : fruitless + 1;
      if (fruitless === fruitlessTries) throw failed(wanted.url, error.message, error);
    }
  }
  const sha256 = await hashFile(part);
  if (wanted.sha256 !== undefined && sha256 !== wanted.sha256) {
    await forget(part);
    throw failed(wanted.url, 'what came is not the file that the catalogue names (its SHA-256 differs)');
  }
  await rename(part, wanted.path).catch((cause: unknown) => {
    throw translateWriteError(cause, wanted.path);
  });
  await rm(`${part}.json`, { force: true });
  return sha256;
}

/** A transfer that ended before its end: worth another try from where it is. */
class BrokenTransfer extends Error {}

const failed = (url: string, why: string, cause?: unknown): StudioError =>
  new StudioError('download-failed', `${url} could not be fetched: ${why}.`, {
    hint: 'Try again later; what is here already is kept and gone on from. Or fetch it with a browser and add its folder.',
    cause,
  });

async function fetchRest(
  { url, sizeBytes, aboutBytes, sha256 }: WantedFile,
  part: string,
  rules: FetchRules,
  onProgress: (progress: FetchProgress) => void,
): Promise<void> {
  const known = await readNote(part);
  const have = known?.url === url && known.validator ? await sizeOf(part) : 0;
  const range = have > 0 && known?.validator ? { from: have, validator: known.validator } : undefined;
  const answer = await request(url, rules, range).catch((error: unknown) => {
    if (error instanceof StudioError || rules.signal?.aborted) throw error;
    throw new BrokenTransfer(`the server cannot be reached (${reasonOf(error)})`, { cause: error });
  });
  try {
    if (answer.status === 416) {
      // All of it may be here already; if the server says another size, the part is of something else.
      if (answer.totalBytes === have && have > 0) return;
      await forget(part);
      throw new BrokenTransfer('the server does not have the rest of the file that was begun');
    }
    if (answer.status !== 200 && answer.status !== 206)
      throw answer.status >= 500
        ? new BrokenTransfer(`the server answered ${answer.status}`)
        : failed(url, `the server answered ${answer.status}`);
    const from = answer.status === 206 ? have : 0;
    if (answer.status === 206 && answer.firstByte !== have)
      throw failed(url, 'the server sent another part of the file than was asked for');
    const total = answer.totalBytes;
    if (sizeBytes !== undefined && total !== null && total !== sizeBytes)
      throw failed(url, `it is ${total} bytes long and should be ${sizeBytes}`);
    await requireRoom(part, (total ?? sizeBytes ?? aboutBytes ?? 0) - from);
    await writeFileAtomic(`${part}.json`, JSON.stringify({ url, validator: answer.validator, sha256 }));
    await receive(answer, part, from, total, rules, onProgress);
  } finally {
    answer.close();
  }
}

async function receive(
  answer: FetchAnswer,
  part: string,
  from: number,
  total: number | null,
  rules: FetchRules,
  onProgress: (progress: FetchProgress) => void,
): Promise<void> {
  const limit = total ?? Number.POSITIVE_INFINITY;
  let done = from;
  const file = await openAt(part, from);
  try {
    for await (const chunk of answer.body()) {
      if (rules.signal?.aborted) throw new CancelledError();
      if (done + chunk.length > limit) throw new BrokenTransfer('more came than the server had announced');
      await file.write(chunk, 0, chunk.length, done).catch((cause: unknown) => {
        throw translateWriteError(cause, part);
      });
      done += chunk.length;
      onProgress({ doneBytes: done, totalBytes: total });
    }
  } catch (error) {
    if (error instanceof StudioError || error instanceof CancelledError || error instanceof BrokenTransfer) throw error;
    throw new BrokenTransfer(`the connection broke after ${done} bytes (${reasonOf(error)})`, { cause: error });
  } finally {
    await file.sync();
    await file.close();
  }
  if (total !== null && done < total) throw new BrokenTransfer(`only ${done} of ${total} bytes came`);
}

/** The part opened for writing at a place; what lies behind it is cut off. */
async function openAt(part: string, from: number): Promise<FileHandle> {
  try {
    const file = await open(part, from > 0 ? 'r+' : 'w');
    await file.truncate(from);
    return file;
  } catch (cause) {
    throw translateWriteError(cause, part);
  }
}

async function requireRoom(part: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(part));
  if (bavail * bsize >= bytes + spareBytes) return;
  throw new StudioError(
    'disk-full',
    `${Math.ceil(bytes / 2 ** 20)} MiB are to come and ${dirname(part)} has no room for them.`,
    {
      hint: 'Free some space on that disk and try again; what is here already is kept.',
    },
  );
}

async function readNote(part: string): Promise<{ url: string; validator: string | null } | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(`${part}.json`, 'utf8'));
    if (typeof note !== 'object' || note === null || !('url' in note) || !('validator' in note)) return undefined;
    return { url: String(note.url), validator: typeof note.validator === 'string' ? note.validator : null };
  } catch {
    // A part without its note is begun anew.
    return undefined;
  }
}

async function forget(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(`${part}.json`, { force: true });
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 22 })) hash.update(chunk);
  return hash.digest('hex');
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
