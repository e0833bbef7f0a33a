import { describe, expect, test } from 'vitest';
import { drawnComposites } from '../../../../build/bench/follow/drawnComposites.ts';
import { builtInFollower } from '../../../../models/follow/builtIn/builtInFollower.ts';
import { overlap } from '../../../fixtures/drawnClip.ts';

describe('drawn composites', () => {
  test('a subject that something passes in front of is found again behind it', { timeout: 120_000 }, async () => {
    for await (const clip of drawnComposites()) {
      if (!clip.name.includes('passing')) continue;
      const overlaps = new Map<number, number>();
      let least = 1;
      for await (const { followed } of builtInFollower().follow(clip, [{ frame: 0, mask: await clip.mask(0) }])) {
        overlaps.set(followed.frame, overlap(followed.mask, await clip.mask(followed.frame)));
        least = Math.min(least, followed.confidence);
      }
      expect(overlaps.size).toBe(clip.frameCount);
      expect(overlaps.get(5)).toBeGreaterThan(0.9);
      expect(overlaps.get(clip.frameCount - 1)).toBeGreaterThan(0.9);
      expect(least).toBeLessThan(0.5);
    }
  });

  test('masks are of the subject that is seen: none of it is left behind what hides all of it', async () => {
    for await (const clip of drawnComposites()) {
      const whole = (await clip.mask(0)).filter((value) => value === 255).length;
      expect(whole / (clip.width * clip.height)).toBeGreaterThan(0.03);
      if (!clip.name.includes('passing')) continue;
      const areas = await Promise.all(
        Array.from({ length: clip.frameCount }, async (_, index) => (await clip.mask(index)).filter(Boolean).length),
      );
      expect(Math.min(...areas)).toBeLessThan(whole / 4);
    }
  });
});
