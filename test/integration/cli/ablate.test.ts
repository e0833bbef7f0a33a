import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { encodeMaskPng } from '../../../electron/media/readPicture.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';
import { plainPicture } from '../server/standIns.ts';
import { lastLine } from './spokenJson.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-ablate-'));
  await writeTinyModel(at('tiny'));
  await mkdir(at('subjects'));
  await writeFile(at('subjects/cat.png'), await plainPicture(32, 32, [200, 80, 40]));
  const data = new Uint8Array(32 * 32);
  for (let y = 8; y < 24; y++) data.fill(255, y * 32 + 8, y * 32 + 24);
  await writeFile(at('subjects/cat-mask.png'), await encodeMaskPng({ width: 32, height: 32, data }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const magdiff = (...args: string[]): Promise<Record<string, unknown>> => lastLine(args);

const small = ['-m', 'tiny', '--steps', '1', '--frames', '2', '--no-search'];
const options = () => small.map((each) => (each === 'tiny' ? at('tiny') : each));

test('a report has every row with its clips, and a second run takes what is there', async () => {
  const ablate = () =>
    magdiff('ablate', '--subjects', at('subjects'), '-p', 'it jumps', '-o', at('report'), ...options());
  const first = await ablate();
  expect((first.rows as unknown[]).length).toBe(7);
  expect((first.alphas as unknown[][]).flat()).toHaveLength(16);
  const page = await readFile(at('report/index.html'), 'utf8');
  const clips = [...page.matchAll(/<video src="([^"]+)"/g)].map((found) => found[1] ?? '');
  expect(clips).toHaveLength(2 + 7);
  expect(await probeMedia(at(`report/${clips[2]}`))).toMatchObject({ kind: 'clip', frameCount: 2 });
  expect(page).not.toMatch(/https?:/);
  const whole = await readFile(at('report/report.html'), 'utf8');
  expect(whole.match(/<video src="data:video/g)).toHaveLength(2 + 7);
  expect((await readFile(at('report/table.csv'), 'utf8')).trim().split('\n')).toHaveLength(1 + 7 + 16);
  const before = (await stat(at('report/takes/base/cat-1/latents.safetensors'))).mtimeMs;
  expect((await ablate()).rows).toEqual(first.rows);
  expect((await stat(at('report/takes/base/cat-1/latents.safetensors'))).mtimeMs).toBe(before);
}, 180_000);

test('the search for α says how it went and whether it beats the learned values', async () => {
  const found = await magdiff(
    ...['alpha', at('subjects/cat.png'), '--mask', at('subjects/cat-mask.png'), '-p', 'it jumps', '--seed', '3'],
    ...['--points', '4', '--search-steps', '1', '--search-seeds', '1', '--confirm', '2', '-o', at('alpha.json')],
    ...options(),
  );
  expect(found).toMatchObject({ score: expect.any(Number), gain: expect.any(Number), isBetter: expect.any(Boolean) });
  const file = JSON.parse(await readFile(at('alpha.json'), 'utf8'));
  expect(file.path).toHaveLength(4);
  expect(file.score).toBeGreaterThanOrEqual(file.path[0].score);
}, 180_000);
