import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maskCoverage } from '../../../electron/media/pixels/maskCoverage.ts';
import { stopPixelProgram } from '../../../electron/media/pixels/pixelProgram.ts';
import { drawingFromFrame } from '../../../models/masks/drawingFrames.ts';
import type { MaskDrawing } from '../../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../../models/masks/rasterizeMask.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-coverage-'));
});
afterAll(async () => {
  stopPixelProgram();
  await rm(folder, { recursive: true, force: true });
});

/** A drawing that takes long: wide soft strokes across a large frame. */
const drawing: MaskDrawing = {
  ...{ width: 1500, height: 1500, growPixels: 0, featherPixels: 12 },
  keys: [0, 8].map((frameIndex) => ({
    frameIndex,
    interpolation: 'linear' as const,
    operations: Array.from({ length: 40 }, (_, at) => ({
      ...{ kind: 'stroke' as const, mode: at % 5 === 4 ? ('erase' as const) : ('paint' as const) },
      ...{ radius: 90, hardness: 0.3 },
      points: [100, at * 30 + frameIndex, 1, 1400, 1400 - at * 20, 0.6],
    })),
  })),
};

test('a mask becomes pixels in another process, and nobody waits meanwhile', async () => {
  const drawingPath = join(folder, 'drawing.json');
  await writeFile(drawingPath, JSON.stringify(drawing));
  const size = { width: 1500, height: 1500 };
  const begun = performance.now();
  const here = rasterizeMask(drawingFromFrame(drawing, 2), { ...size, frameIndex: 3 });
  const inline = performance.now() - begun;
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const there = await maskCoverage({ drawingPath, startFrame: 2, ...size, frameIndex: 3 });
  clearInterval(beat);
  expect(Buffer.compare(here, there)).toBe(0);
  expect(inline).toBeGreaterThan(300);
  expect(longest).toBeLessThan(inline / 2);
});

test('a file that holds no drawing is a sentence, and the next request is answered', async () => {
  const drawingPath = join(folder, 'broken.json');
  await writeFile(drawingPath, '['.repeat(100_000));
  const wanted = { startFrame: 0, width: 8, height: 8, frameIndex: 0 };
  await expect(maskCoverage({ drawingPath, ...wanted })).rejects.toThrow('Drawing the mask failed');
  await writeFile(drawingPath, JSON.stringify({ ...drawing, keys: [] }));
  expect((await maskCoverage({ drawingPath, ...wanted })).length).toBe(64);
});
