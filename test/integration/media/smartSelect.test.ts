import { afterAll, expect, test } from 'vitest';
import { stopPixelProgram } from '../../../electron/media/pixels/pixelProgram.ts';
import { smartSelect } from '../../../electron/media/pixels/smartSelect.ts';

const width = 96;
const height = 72;

/** A red disc of radius 20 on textured green, and how well a mask finds it (intersection over union). */
function disc() {
  const picture = new Uint8Array(width * height * 4);
  const truth = new Uint8Array(width * height);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = (i - x) / width;
    const inside = (x - 50) ** 2 + (y - 36) ** 2 < 400;
    truth[i] = inside ? 255 : 0;
    const texture = ((x * 7 + y * 13) % 17) * 3;
    picture.set(inside ? [200 - texture, 40, 30 + texture, 255] : [30 + texture, 140 - texture, 60, 255], i * 4);
  }
  return { picture, truth };
}

function overlap(mask: Uint8Array, truth: Uint8Array): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < truth.length; i++) {
    if (mask[i] && truth[i]) both += 1;
    if (mask[i] || truth[i]) either += 1;
  }
  return both / either;
}

afterAll(stopPixelProgram);

test('a box around the subject finds it', async () => {
  const { picture, truth } = disc();
  const mask = await smartSelect({
    width,
    height,
    picture,
    hints: new Uint8Array(width * height),
    box: { x: 24, y: 10, width: 54, height: 54 },
  });
  expect(overlap(mask, truth)).toBeGreaterThan(0.95);
});

test('a scribble finds it too, and a background scribble takes away', async () => {
  const { picture, truth } = disc();
  const hints = new Uint8Array(width * height);
  for (let x = 42; x < 58; x++) hints[36 * width + x] = 1;
  for (let x = 0; x < width; x++) hints[2 * width + x] = 2;
  expect(overlap(await smartSelect({ width, height, picture, hints }), truth)).toBeGreaterThan(0.95);
});

test('nothing to start from is said', () => {
  const { picture } = disc();
  expect(() => smartSelect({ width, height, picture, hints: new Uint8Array(width * height) })).toThrow(
    /nothing to start from/,
  );
});
