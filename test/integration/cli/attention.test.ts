import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng, readPicture } from '../../../electron/media/readPicture.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';
import { writeTinySet } from '../../fixtures/models/tinySet.ts';
import { lastLine } from './spokenJson.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-attention-'));
  await writeTinyModel(join(folder, 'own'));
  await writeTinySet(join(folder, 'set'));
  const data = Uint8Array.from({ length: 32 * 32 * 4 }, (_, i) => {
    const [x, y] = [Math.floor(i / 4) % 32, Math.floor(i / 4 / 32)];
    return i % 4 === 3 ? (Math.hypot(x - 16, y - 16) < 10 ? 255 : 0) : (i * 7) % 255;
  });
  await writeFile(join(folder, 'disc.png'), await encodePng({ width: 32, height: 32, data }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  // Four tokens are all that the model of our own form reads, start and end among them.
  ['own', ['it', '1-it.png']],
  ['set', ['it', '1-it.png'], ['jumps', '2-jumps.png'], [',', '3.png'], ['gladly', '4-gladly.png']],
])(
  'a take of every family is looked into from its recipe: a picture a word, and all maps as numbers (%s)',
  async (family, ...words) => {
    const say = (...args: string[]) =>
      lastLine([...args, '-m', join(folder, family)], { MAGDIFF_CACHE: join(folder, 'cache') });
    const made = await say(
      ...['generate', join(folder, 'disc.png'), '-p', 'it jumps, gladly', '--provider', 'cpu', '--frames', '3'],
      ...['--steps', '2', '--seed', '1', '--width', '16', '--height', '16'],
      ...['-o', join(folder, `${family} made`, 'made.mp4'), '--keep-job', join(folder, `${family} job`)],
    );
    expect(made).toMatchObject({ type: 'result', frameCount: 3 });
    const anew = await say('attention', String(made.recipe), '-o', join(folder, `${family} anew`));
    expect(anew).toMatchObject({
      ...{ type: 'result', words: words.map(([word]) => word), frames: 3 },
      pictures: [...words.map(([, picture]) => picture), 'picture.png'],
    });
    const kept = await say(
      ...['attention', String(made.recipe), '-o', join(folder, `${family} kept`)],
      ...['--keep-job', join(folder, `${family} job`)],
    );
    expect(kept.pictures).toEqual(anew.pictures);
    for (const name of await readdir(join(folder, `${family} anew`)))
      expect(await readFile(join(folder, `${family} kept`, name)), name).toEqual(
        await readFile(join(folder, `${family} anew`, name)),
      );
    const strip = await readPicture(join(folder, `${family} kept`, '1-it.png'));
    expect(Math.max(...strip.data.filter((_, at) => at % 4 === 0))).toBe(255);
    const { shape } = JSON.parse(await readFile(join(folder, `${family} kept`, 'maps.json'), 'utf8'));
    const numbers = shape.reduce((product: number, length: number) => product * length, 1);
    expect(shape.slice(0, 4)).toEqual([4, 3, words.length + 1, 3]);
    const bytes = (await readFile(join(folder, `${family} kept`, 'maps.npy'))).length;
    expect(bytes % 64).toBe((4 * numbers) % 64);
    expect(bytes).toBeGreaterThan(4 * numbers);
  },
  240_000,
);
