import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClickSelector } from '../../../../../models/families/sam2/clickSelector.ts';
import { openSam2 } from '../../../../../models/families/sam2/openSam2.ts';

const path = join(import.meta.dirname, '../../../../golden/sam2/v21/model.pt');
const own = { imageSize: 128, heads: 1, windows: [8, 4, 6, 3], globalBlocks: [4] };
const [width, height] = [60, 40];

let selector: ClickSelector;
let reads: number;
beforeAll(async () => {
  selector = new ClickSelector(await openSam2(path, { provider: 'cpu', threads: 1, own }));
});
afterAll(() => selector.dispose());

/** A picture of two halves. */
const read = async () => {
  reads++;
  const data = Uint8Array.from({ length: 4 * width * height }, (_, at) => ((at >> 2) % width < 30 ? 220 : 40));
  return { width, height, data };
};
const point = (x: number, y: number, adds = true) => ({ points: [{ x, y, adds }], box: null });

describe('selecting by clicks', () => {
  test('a picture is read and encoded once for all its clicks, also where it was prepared', async () => {
    reads = 0;
    await selector.prepare('one', read);
    const first = await selector.select('one', read, point(10, 10));
    const again = await selector.select('one', read, point(10, 10));
    expect(reads).toBe(1);
    expect([first.width, first.height, first.mask.length]).toEqual([60, 40, 2400]);
    expect(again.mask).toEqual(first.mask);
    expect(first.quality).toBeGreaterThanOrEqual(0);
  });

  test('more clicks and boxes are answered, and places outside count as on the border', async () => {
    const both = { points: [...point(10, 10).points, ...point(50, 30, false).points], box: null };
    expect((await selector.select('one', read, both)).mask).toHaveLength(2400);
    expect((await selector.select('one', read, { points: [], box: [2, 2, 30, 30] })).mask).toHaveLength(2400);
    expect((await selector.select('one', read, point(-20, 900))).mask).toHaveLength(2400);
    await expect(selector.select('one', read, { points: [], box: null })).rejects.toThrow(/Nothing was clicked/);
  });

  test('a picture that could not be read is read anew at the next click', async () => {
    const fail = async () => Promise.reject(new Error('gone'));
    await expect(selector.select('two', fail, point(10, 10))).rejects.toThrow('gone');
    expect((await selector.select('two', read, point(10, 10))).mask).toHaveLength(2400);
  });
});
