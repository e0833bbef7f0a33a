import { randomBytes } from 'node:crypto';
import { open, readFile, readlink, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { codeOf } from '../../../../models/files/atomicFile.ts';
import { noProjectAt } from './projectDocument.ts';

/** How often a holder touches its lock, and how long one is watched that only its touches can tell alive. */
const touchMilliseconds = 2000;
const watchMilliseconds = 7000;

const lockMark = z.object({
  pid: z.number(),
  /** Where the process id means something: a boot of the system and its space of process ids, or the machine's name. */
  place: z.string().optional(),
  /** When the process started, in the system's own count. */
  started: z.string().optional(),
  token: z.string().optional(),
});

type LockMark = z.output<typeof lockMark>;

/** Tokens of the locks that this process holds. */
const held = new Set<string>();

/**
 * The mark that a project folder is open: `project.lock`. It dies with its process. One whose process is gone is taken over at once; one of
 * another machine or container is watched for some seconds and taken over when nobody touches it. Of several that meet a dead lock, one
 * gets it.
 */
export class ProjectLock {
  readonly #path: string;
  readonly #token: string;
  readonly #touching: NodeJS.Timeout;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    held.add(token);
    this.#touching = setInterval(() => {
      const now = new Date();
      // A lock that cannot be touched is at worst taken over by another machine, as if this one had died.
      utimes(path, now, now).catch(() => undefined);
    }, touchMilliseconds);
    this.#touching.unref();
  }

  /** Takes the lock of a project folder. @throws StudioError `project-locked`, `file-missing`, `file-unwritable` */
  static async take(folder: string): Promise<ProjectLock> {
    const path = join(folder, 'project.lock');
    const token = randomBytes(12).toString('hex');
    const mark = JSON.stringify({ pid: process.pid, ...(await whereAndWhen('self')), token });
    for (;;) {
      if (await createFile(path, mark, folder)) return new ProjectLock(path, token);
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      if (await isHeld(path, text))
        throw new StudioError('project-locked', `The project in ${folder} is open in another MagDiff Studio.`, {
          hint: 'Close it there first.',
        });
      if (await succeed(path, text, mark, folder)) return new ProjectLock(path, token);
    }
  }

  /** Gives the folder free. */
  async release(): Promise<void> {
    clearInterval(this.#touching);
    held.delete(this.#token);
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    if (parseMark(text)?.token === this.#token) await rm(this.#path, { force: true });
  }
}

/** Makes a file that must not be there yet; false where it is. */
async function createFile(path: string, content: string, folder: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) === 'ENOENT') throw noProjectAt(folder, error);
    await rm(path, { force: true }).catch(() => undefined);
    throw new StudioError('file-unwritable', `The project folder ${folder} cannot be written (${codeOf(error)}).`, {
      hint: 'Check that its disk has room and is not read-only.',
      cause: error,
    });
  }
}

/**
 * Takes the place of one dead lock. The right to do so is a file named after that very lock, which only one can make; whoever made it
 * looks again whether the dead lock is still there.
 */
async function succeed(path: string, dead: string, mark: string, folder: string): Promise<boolean> {
  const claim = `${path}.after-${parseMark(dead)?.token ?? 'old'}`;
  if (!(await createFile(claim, mark, folder))) {
    const other = await readFile(claim, 'utf8').catch(() => undefined);
    if (other !== undefined && !(await isHeld(claim, other))) await rm(claim, { force: true });
    return false;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== dead) return false;
    const own = `${path}.${randomBytes(6).toString('hex')}.new`;
    await createFile(own, mark, folder);
    await rename(own, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function isHeld(path: string, text: string): Promise<boolean> {
  const mark = parseMark(text);
  if (mark?.token !== undefined && held.has(mark.token)) return true;
  const verdict = mark && (await judge(mark));
  return verdict ?? (await isTouched(path, text));
}

/** Whether the process of a lock lives, where this process can tell. */
async function judge(mark: LockMark): Promise<boolean | undefined> {
  const { place } = await whereAndWhen('self');
  if (mark.place !== undefined && mark.place !== place) return undefined;
  if (!isAlive(mark.pid)) return false;
  // The id may have been given to another process since.
  const { started } = await whereAndWhen(mark.pid);
  return mark.started === undefined || started === undefined ? undefined : mark.started === started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Watches a lock; no clock is compared, so that one that is wrong does not matter. */
async function isTouched(path: string, text: string): Promise<boolean> {
  const first = await stat(path).catch(() => undefined);
  for (let waited = 0; first && waited < watchMilliseconds; waited += 500) {
    await new Promise((done) => setTimeout(done, 500));
    const now = await stat(path).catch(() => undefined);
    if (!now || now.ino !== first.ino) return false;
    if (now.mtimeMs !== first.mtimeMs) return true;
  }
  return first !== undefined && (await readFile(path, 'utf8').catch(() => '')) !== text;
}

/** The system's own names for where a process runs and when it began; Linux tells both, others at least the machine. */
async function whereAndWhen(pid: number | 'self'): Promise<{ place: string; started?: string }> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const space = await readlink('/proc/self/ns/pid');
    const facts = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the second, the program's name, may hold spaces and brackets.
    const started = facts.slice(facts.lastIndexOf(')') + 2).split(' ')[19];
    return { place: `${boot} ${space}`, ...(started ? { started } : {}) };
  } catch {
    return { place: hostname() };
  }
}

function parseMark(text: string): LockMark | undefined {
  try {
    return lockMark.safeParse(JSON.parse(text)).data;
  } catch {
    // A lock whose maker died while it wrote; its touches tell.
    return undefined;
  }
}
