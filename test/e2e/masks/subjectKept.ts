import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { readFrames } from '../../../electron/media/readFrames.ts';
import { readPicture } from '../../../electron/media/readPicture.ts';
import { drawingOf } from '../../../electron/services/projects/maskFromRecords.ts';
import type { OpenProject } from '../../../electron/services/projects/openProject.ts';
import { rasterizeMask } from '../../../models/masks/rasterizeMask.ts';

/** Compares the take's frames with the clip's where the mask is full, away from the seam: they must be equal to the last bit. */
export async function expectSubjectKept({ store }: OpenProject): Promise<void> {
  const [take] = store.all('take');
  const clip = store.all('source').find((source) => source.id === take?.recipe.source.sourceId);
  const mask = store.find('mask', take?.recipe.maskId ?? '');
  if (!take || !clip || !mask) throw new Error('The take has no source or mask.');
  const { width, height } = take.result;
  const frames: string[] = JSON.parse(await readFile(store.assets.pathOf(take.result.framesAssetId), 'utf8'));
  const drawing = { ...drawingOf(mask, store.records), growPixels: -take.recipe.settings.featherPixels - 6 };
  let index = 0;
  let compared = 0;
  let different = 0;
  for await (const original of readFrames(store.assets.pathOf(clip.assetId), {
    endSeconds: 8 / clip.framesPerSecond,
  })) {
    expect([original.width, original.height]).toEqual([width, height]);
    const made = await readPicture(store.assets.pathOf(frames[index] ?? ''));
    const coverage = rasterizeMask(drawing, { width, height, frameIndex: index });
    for (let pixel = 0; pixel < coverage.length; pixel++) {
      if (coverage[pixel] !== 255) continue;
      compared += 1;
      for (let channel = 0; channel < 3; channel++)
        if (original.data[pixel * 4 + channel] !== made.data[pixel * 4 + channel]) different += 1;
    }
    index += 1;
  }
  expect(index).toBe(8);
  expect(compared).toBeGreaterThan(10_000);
  expect(different).toBe(0);
}
