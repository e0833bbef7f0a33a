import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
  folder = await mkdtemp(join(tmpdir(), 'magdiff-grid-'));
  await writeTinyModel(at('tiny'));
  await writeFile(at('picture.png'), await plainPicture(32, 32, [200, 80, 40]));
  const data = new Uint8Array(32 * 32);
  for (let y = 8; y < 24; y++) data.fill(255, y * 32 + 8, y * 32 + 24);
  await writeFile(at('mask.png'), await encodeMaskPng({ width: 32, height: 32, data }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const magdiff = (...args: string[]): Promise<Record<string, unknown>> => lastLine(args);

const grid = (...more: string[]) =>
  magdiff(
    ...['grid', at('picture.png'), '--mask', at('mask.png'), '-p', 'it jumps', '-m', at('tiny'), '--seed', '3'],
    ...['--steps', '2', '--frames', '4', '--x', 'image-alpha=0,2', '--y', 'seed=3,4', ...more],
  );

test('a grid plays, its cells differ, each is made again by its recipe, and a second run takes what is there', async () => {
  const out = at('grid.mp4');
  const { cells } = (await grid('-o', out, '--keep-job', at('job'))) as { cells: { framesSha256: string }[] };
  expect(new Set(cells.map(({ framesSha256 }) => framesSha256)).size).toBe(4);
  expect(await probeMedia(out)).toMatchObject({ kind: 'clip', frameCount: 4 });
  const table = (await readFile(at('grid.csv'), 'utf8')).trim().split('\n');
  expect(table).toHaveLength(5);
  expect(table[2]).toContain(`Image α 2,Seed 3,${cells[1]?.framesSha256}`);
  const again = await magdiff('remake', at('grid.02.take.json'), '-m', at('tiny'), '-o', at('again.mp4'));
  expect(JSON.stringify(again)).toContain(cells[1]?.framesSha256);
  const before = (await stat(join(at('job'), '0-1', 'latents.safetensors'))).mtimeMs;
  expect((await grid('-o', at('grid.png'), '--keep-job', at('job'))).cells).toEqual(
    cells.map((cell) => expect.objectContaining({ framesSha256: cell.framesSha256 })),
  );
  expect((await stat(join(at('job'), '0-1', 'latents.safetensors'))).mtimeMs).toBe(before);
  expect(await probeMedia(at('grid.png'))).toMatchObject({ kind: 'picture' });
}, 120_000);
