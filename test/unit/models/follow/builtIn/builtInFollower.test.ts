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

  test('a cut stops it, says so, and a key behind it or a wish goes on', async () => {
    const other = drawnClip({ frameCount: 9, gone: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
    const broken = {
      ...clip,
      frame: async (index: number) => {
        const frame = await (index < 5 ? clip : other).frame(index);
        return index < 5 ? frame : frame.map((value, at) => (at % 4 === 3 ? 255 : 255 - value / 3));
      },
    };
    const stopped = await follow(broken, [key(1)]);
    expect(stopped.map(({ followed }) => followed.frame)).toEqual([1, 2, 3, 4, 0]);
    expect(stopped.map(({ cut }) => cut)).toEqual([undefined, undefined, undefined, 5, undefined]);
    const beside = await follow(broken, [key(4)]);
    expect(beside[0]?.cut).toBe(5);
    const across = await follow(broken, [key(1)], { acrossCuts: true });
    expect(across).toHaveLength(9);
    const empty = { frame: 8, mask: clip.mask(8) };
    const both = await follow(broken, [key(1), empty]);
    expect(both.map(({ followed }) => followed.frame).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(both.every(({ cut }) => cut === undefined)).toBe(true);
  });

  test('masks of two subjects do not overlap', async () => {
    const [left, right] = [clip.mask(0), clip.mask(0)];
    for (let at = 0; at < left.length; at++) {
      if (at % clip.width > 64) left[at] = 0;
      if (at % clip.width < 56) right[at] = 0;
    }
    const steps = await follow(clip, [
      { frame: 0, mask: left },
      { frame: 0, subject: 1, mask: right },
    ]);
    expect(steps.map(({ total }) => total)).toEqual(steps.map(() => 18));
    for (let frame = 0; frame < 9; frame++) {
      const [one, two] = steps.filter(({ followed }) => followed.frame === frame).map(({ followed }) => followed);
      expect([one?.subject, two?.subject]).toEqual([0, 1]);
      expect(one?.mask.some((value, at) => value === 255 && two?.mask[at] === 255)).toBe(false);
    }
  });
});
