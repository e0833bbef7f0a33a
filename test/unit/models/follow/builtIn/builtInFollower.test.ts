import { describe, expect, test } from 'vitest';
import { builtInFollower } from '../../../../../models/follow/builtIn/builtInFollower.ts';
import type { FollowKey, FollowOptions, FollowStep } from '../../../../../models/follow/follower.ts';
import { drawnClip, overlap } from '../../../../fixtures/drawnClip.ts';

async function follow(
  clip: ReturnType<typeof drawnClip>,
  keys: readonly FollowKey[],
  options?: FollowOptions,
): Promise<readonly FollowStep[]> {
  const steps: FollowStep[] = [];
  for await (const step of builtInFollower().follow(clip, keys, options)) steps.push(step);
  return steps;
}

describe('the built-in follower', () => {
  const clip = drawnClip({ frameCount: 9 });
  const key = (frame: number): FollowKey => ({ frame, mask: clip.mask(frame) });

  test('a subject that walks, turns and grows is followed both ways from one key', async () => {
    const steps = await follow(clip, [key(4)]);
    expect(steps.map(({ followed }) => followed.frame)).toEqual([4, 5, 6, 7, 8, 3, 2, 1, 0]);
    expect(steps.map(({ step, total }) => [step, total])).toEqual(steps.map((_, index) => [index + 1, 9]));
    for (const { followed } of steps) {
      expect(overlap(followed.mask, clip.mask(followed.frame))).toBeGreaterThan(0.95);
      expect(followed.isThere).toBe(true);
      expect(followed.confidence).toBeGreaterThan(0);
      expect(followed.confidence).toBeLessThanOrEqual(1);
    }
  });

  test('keys stay as they were said, and every frame between them comes once', async () => {
    const steps = await follow(clip, [key(0), key(8)]);
    expect(steps.map(({ followed }) => followed.frame).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for (const { followed } of steps.slice(0, 2)) {
      expect(overlap(followed.mask, clip.mask(followed.frame))).toBe(1);
      expect(followed.confidence).toBe(1);
    }
  });

  test('a range gives its frames alone', async () => {
    const steps = await follow(clip, [key(2)], { range: { first: 4, last: 5 } });
    expect(steps.map(({ followed, total }) => [followed.frame, total])).toEqual([
      [4, 2],
      [5, 2],
    ]);
  });

  test('a key without a mask is refused, and one that is empty says that nothing is there', async () => {
    await expect(follow(clip, [{ frame: 0, points: [{ x: 1, y: 1, adds: true }] }])).rejects.toThrow(
      /starts from masks/,
    );
    const empty = new Uint8Array(clip.width * clip.height);
    const [first] = await follow(clip, [{ frame: 0, mask: empty }], { range: { first: 0, last: 1 } });
    expect(first?.followed.isThere).toBe(false);
  });
});
