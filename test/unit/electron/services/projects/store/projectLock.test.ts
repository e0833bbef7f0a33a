import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProjectLock } from '../../../../../../electron/services/projects/store/projectLock.ts';
import { temporaryFiles } from '../../../../../fixtures/temporaryFiles.ts';

const root = temporaryFiles().folder;
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'lock-'));
  path = join(folder, 'project.lock');
});

let takers: ChildProcess[] = [];
afterEach(() => {
  for (const taker of takers) taker.kill('SIGKILL');
  takers = [];
});

async function ownMark(): Promise<Record<string, unknown>> {
  const lock = await ProjectLock.take(folder);
  const mark = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await lock.release();
  return mark;
}

describe('the lock of a project', () => {
  it('is held once, and free when released', async () => {
    const lock = await ProjectLock.take(folder);
    await expect(ProjectLock.take(folder)).rejects.toMatchObject({ code: 'project-locked' });
    await lock.release();
    await (await ProjectLock.take(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('of a process that is gone is taken over at once, also where its id belongs to another by now', async () => {
    const mark = await ownMark();
    const reused = { ...mark, started: '1', token: 'dead' };
    for (const dead of [{ pid: 2 ** 30 }, { ...mark, pid: 2 ** 30 }, ...(mark.started ? [reused] : [])]) {
      await writeFile(path, JSON.stringify(dead));
      const begun = performance.now();
      await (await ProjectLock.take(folder)).release();
      expect(performance.now() - begun).toBeLessThan(1500);
    }
  });

  it('of another machine is watched: held while it is touched, taken over when it is not', async () => {
    const foreign = JSON.stringify({ pid: 1, place: 'elsewhere', started: '1', token: 'foreign' });
    await writeFile(path, foreign);
    const touching = setInterval(() => void utimes(path, new Date(), new Date()), 700);
    await expect(ProjectLock.take(folder)).rejects.toMatchObject({ code: 'project-locked' });
    clearInterval(touching);
    await (await ProjectLock.take(folder)).release();
  });

  it('that is dead goes to one of many who meet it', { timeout: 120_000 }, async () => {
    await writeFile(path, JSON.stringify({ pid: 2 ** 30, place: 'x', token: 'dead' }));
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => runTaker()));
    expect(outcomes.sort()).toEqual([...new Array<string>(5).fill('locked'), 'taken']);
  });
});

/** A process that takes the lock, says whether it got it, and keeps it until all have tried. */
function runTaker(): Promise<string> {
  const script = `
    import { ProjectLock } from ${JSON.stringify(resolve('electron/services/projects/store/projectLock.ts'))};
    ProjectLock.take(${JSON.stringify(folder)}).then(
      () => { console.log('taken'); setTimeout(() => process.exit(), 60_000); },
      (error) => { console.log(error.code === 'project-locked' ? 'locked' : String(error)); process.exit(); },
    );`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  takers.push(child);
  return new Promise((done) => {
    child.stdout.once('data', (text: Buffer) => done(text.toString().trim()));
  });
}
