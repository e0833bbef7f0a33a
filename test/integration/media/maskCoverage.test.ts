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
  const here = rasterizeMask(drawingFromFrame(drawing, 2), { ...size, frameIndex: 3 });
  // Work in this process would leave no beat between asking and the answer.
  let beats = 0;
  const beat = setInterval(() => {
    beats += 1;
  }, 5);
  const there = await maskCoverage({ drawingPath, startFrame: 2, ...size, frameIndex: 3 });
  clearInterval(beat);
  expect(Buffer.compare(here, there)).toBe(0);
  expect(beats).toBeGreaterThan(3);
});

test('a file that holds no drawing is a sentence, and the next request is answered', async () => {
  const drawingPath = join(folder, 'broken.json');
  await writeFile(drawingPath, '['.repeat(100_000));
  const wanted = { startFrame: 0, width: 8, height: 8, frameIndex: 0 };
  await expect(maskCoverage({ drawingPath, ...wanted })).rejects.toThrow('Drawing the mask failed');
  await writeFile(drawingPath, JSON.stringify({ ...drawing, keys: [] }));
  expect((await maskCoverage({ drawingPath, ...wanted })).length).toBe(64);
});

test('soft edges are read off the picture where it is given, and stay as drawn where not', async () => {
  const [width, height] = [96, 64];
  const drawingPath = join(folder, 'soft.json');
  const rectangle = { kind: 'rectangle', mode: 'paint', x: 0, y: 0, width: 48, height } as const;
  const keys = [{ frameIndex: 0, interpolation: 'hold', operations: [rectangle] }];
  await writeFile(
    drawingPath,
    JSON.stringify({ width, height, growPixels: 0, featherPixels: 0, softEdges: true, keys }),
  );
  // A border that goes from black to white over eight pixels, as one that moved while the shutter was open.
  const picture = new Uint8Array(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at++) {
    const share = Math.min(1, Math.max(0, ((at % width) - 43.5) / 8));
    picture.fill(Math.round(255 * share), at * 4, at * 4 + 3);
  }
  const wanted = { drawingPath, startFrame: 0, width, height, frameIndex: 0 };
  const middle = (coverage: Uint8Array): number[] => [...coverage.subarray(32 * width, 33 * width)];
  const soft = middle(await maskCoverage({ ...wanted, picture }));
  expect(soft[20]).toBe(255);
  expect(soft[80]).toBe(0);
  const partly = soft.filter((value) => value > 8 && value < 247);
  expect(partly.length).toBeGreaterThanOrEqual(2);
  expect([...soft].sort((a, b) => b - a)).toEqual(soft);
  expect(new Set(middle(await maskCoverage(wanted)))).toEqual(new Set([0, 255]));
});
