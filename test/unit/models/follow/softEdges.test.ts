import { describe, expect, test } from 'vitest';
import { softEdges } from '../../../../models/follow/softEdges.ts';

const width = 120;
const height = 80;

/** A disc whose border is as soft as motion makes it: its true share of each pixel. */
const share = (x: number, y: number): number => {
  const distance = Math.hypot(x - 60, y - 40) - 24;
  return Math.max(0, Math.min(1, 0.5 - distance / 8));
};
const each = (fill: (x: number, y: number) => readonly number[]): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: width * height }, (_, at) => fill(at % width, Math.floor(at / width))).flat(),
    (value) => Math.round(value),
  );
const picture = each((x, y) => {
  const part = share(x, y);
  const [skin, place] = [
    [220 + 10 * Math.sin(x / 3), 140, 60],
    [40, 70 + 15 * Math.cos(y / 5), 120 + 15 * Math.sin(x / 7)],
  ];
  return [...skin.map((value, channel) => part * value + (1 - part) * place[channel]), 255];
});
const mask = each((x, y) => [share(x, y) >= 0.5 ? 255 : 0]);

describe('soft edges', () => {
  const alpha = softEdges(picture, mask, { width, height }, { reach: 6 });

  test('the border’s shares are found, three times nearer than the hard mask has them', () => {
    let [soft, hard, count] = [0, 0, 0];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const truth = share(x, y);
        if (truth <= 0 || truth >= 1) continue;
        soft += Math.abs(alpha[y * width + x] / 255 - truth);
        hard += Math.abs(mask[y * width + x] / 255 - truth);
        count++;
      }
    expect(count).toBeGreaterThan(500);
    expect(soft / count).toBeLessThan(hard / count / 3);
  });

  test('away from the border the mask stays as it is', () => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const distance = Math.abs(Math.hypot(x - 60, y - 40) - 24);
        if (distance > 16) expect(alpha[y * width + x]).toBe(mask[y * width + x]);
      }
  });

  test('an empty mask and a full one have no edges', () => {
    expect(softEdges(picture, new Uint8Array(width * height), { width, height }).every((value) => value === 0)).toBe(
      true,
    );
    expect(
      softEdges(
        picture,
        mask.map(() => 255),
        { width, height },
      ).every((value) => value === 255),
    ).toBe(true);
  });
});
