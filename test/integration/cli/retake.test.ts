import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawClip } from '../../../build/bench/edit/drawnClip.ts';
import { encodeMaskPng, encodePng, readPicture } from '../../../electron/media/readPicture.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
let model: string;

/** Runs the command and gives its last line. */
async function magdiff(...args: string[]): Promise<Record<string, unknown> & { code: number | null }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'electron/cli/magdiff.ts'), ...args, '--json', '-m', model],
    { cwd: root, env: { ...process.env, MAGDIFF_CACHE: join(folder, 'cache') }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { ...JSON.parse(out.trim().split('\n').at(-1) ?? '{}'), code };
}

const framesIn = async (job: string): Promise<Buffer[]> =>
  Promise.all(
    (await readdir(join(folder, job, 'frames'))).sort().map((name) => readFile(join(folder, job, 'frames', name))),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-retake-'));
  model = await writeTinyModel(join(folder, 'tiny'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a range of an edit is made anew, its other frames are the same files, and its recipe makes it again', async () => {
  const clip = await drawClip(folder, { width: 64, height: 48, seconds: 1, framesPerSecond: 12 });
  const common = ['--provider', 'cpu', '-p', 'a beach', '--steps', '2', '--seed', '1'];
  const edited = join(folder, 'edit', 'edit.mp4');
  const made = await magdiff(
    'edit',
    clip.path,
    '--mask',
    clip.masks,
    ...common,
    '-o',
    edited,
    '--keep-job',
    join(folder, 'job'),
  );
  expect(made).toMatchObject({ code: 0, frameCount: 12 });

  const again = await magdiff(
    ...['retake', String(made.recipe), '--from', '4', '--to', '7', '--seed', '2'],
    ...['-o', join(folder, 'again', 'again.mp4'), '--keep-job', join(folder, 'job2')],
  );
  expect(again).toMatchObject({ code: 0, frameCount: 12 });
  const [before, after] = [await framesIn('job'), await framesIn('job2')];
  const changed = before.flatMap((frame, index) => (frame.equals(after[index]) ? [] : [index]));
  expect(changed).toEqual([4, 5, 6]);

  const { recipe, bases } = JSON.parse(await readFile(String(again.recipe), 'utf8'));
  expect(recipe.retake).toMatchObject({ firstFrame: 4, endFrame: 7, framesSha256: made.framesSha256 });
  expect(bases).toHaveLength(1);
  const remade = await magdiff('remake', String(again.recipe), '-o', join(folder, 'remade.mp4'));
  expect(remade).toMatchObject({ code: 0, identical: true, framesSha256: again.framesSha256 });
});

test('a painted region of a generation is made anew; what is not asked for properly is said', async () => {
  const picture = join(folder, 'disc.png');
  const data = Uint8Array.from({ length: 48 * 48 * 4 }, (_, i) => {
    const [x, y] = [Math.floor(i / 4) % 48, Math.floor(i / 4 / 48)];
    return i % 4 === 3 ? (Math.hypot(x - 24, y - 24) < 14 ? 255 : 0) : (i * 7) % 255;
  });
  await writeFile(picture, await encodePng({ width: 48, height: 48, data }));
  const made = await magdiff(
    ...['generate', picture, '-p', 'it jumps', '--provider', 'cpu', '--frames', '5', '--steps', '2', '--seed', '1'],
    ...['-o', join(folder, 'made', 'made.mp4'), '--keep-job', join(folder, 'job3')],
  );
  expect(made.code).toBe(0);
  const region = join(folder, 'region.png');
  const [width, height] = [Number(made.width), Number(made.height)];
  const open = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 255 : 0));
  await writeFile(region, await encodeMaskPng({ width, height, data: open }));
  const again = await magdiff(
    ...['retake', String(made.recipe), '--region', region, '--seed', '2', '--frames', join(folder, 'job3', 'frames')],
    ...['-o', join(folder, 'made', 'again.mp4'), '--keep-job', join(folder, 'job4')],
  );
  expect(again.code).toBe(0);
  const [one, other] = await Promise.all(
    ['job3', 'job4'].map((job) => readPicture(join(folder, job, 'frames', '00003.png'))),
  );
  open.forEach((value, at) => {
    if (value === 0) expect(other.data.subarray(at * 4, at * 4 + 4)).toEqual(one.data.subarray(at * 4, at * 4 + 4));
  });
  expect(other.data).not.toEqual(one.data);

  expect(await magdiff('retake', String(made.recipe))).toMatchObject({ code: 2, type: 'error' });
  const wrong = await magdiff('retake', String(made.recipe), '--from', '1', '--frames', join(folder, 'job4', 'frames'));
  expect(wrong).toMatchObject({ type: 'error', message: expect.stringContaining('are not the take’s frames') });
});
