import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSam2 } from '../../../../../models/families/sam2/openSam2.ts';
import { sam2Follower } from '../../../../../models/families/sam2/sam2Follower.ts';
import { SubjectTracker } from '../../../../../models/families/sam2/subjectTracker.ts';
import type { Follower, FollowKey, FollowStep } from '../../../../../models/follow/follower.ts';
import { floatTensor } from '../../../../../models/math/tensor.ts';

const path = join(import.meta.dirname, '../../../../golden/sam2/v21/model.pt');
const own = { imageSize: 128, heads: 1, windows: [8, 4, 6, 3], globalBlocks: [4] };

/** A clip of five frames that are no squares, each of one colour. */
const clip = {
  width: 60,
  height: 40,
  frameCount: 5,
  frame: async (index: number) => new Uint8Array(4 * 60 * 40).fill(40 * index + 30),
};

let follower: Follower;
beforeAll(async () => {
  follower = sam2Follower(await openSam2(path, { provider: 'cpu', threads: 1, own }));
});
afterAll(() => follower.dispose());

async function follow(keys: readonly FollowKey[]): Promise<readonly FollowStep[]> {
  const steps: FollowStep[] = [];
  for await (const step of follower.follow(clip, keys)) steps.push(step);
  return steps;
}

describe('SAM 2 as a follower', () => {
  test('every frame comes once, from the first key to the end and then back', async () => {
    const steps = await follow([{ frame: 2, points: [{ x: 30, y: 20, adds: true }] }]);
    expect(steps.map(({ followed }) => followed.frame)).toEqual([2, 3, 4, 1, 0]);
    expect(steps.map(({ step, total }) => [step, total])).toEqual([1, 2, 3, 4, 5].map((step) => [step, 5]));
    for (const { followed } of steps) {
      expect(followed.mask).toHaveLength(60 * 40);
      expect(followed.confidence).toBeGreaterThanOrEqual(0);
      expect(followed.confidence).toBeLessThanOrEqual(1);
      expect(followed.logits?.data).toHaveLength(32 * 32);
    }
  });

  test('a mask that was said stays as it was said', async () => {
    const mask = Uint8Array.from({ length: 60 * 40 }, (_, index) => (index % 60 < 30 ? 255 : 0));
    const [first] = await follow([{ frame: 0, mask }]);
    const wrong = first?.followed.mask.reduce((count, value, index) => count + (value === mask[index] ? 0 : 1), 0);
    expect(wrong).toBeLessThanOrEqual(40);
    expect(first?.followed.isThere).toBe(true);
  });

  test('an empty mask says that the subject is not there', async () => {
    const [first] = await follow([{ frame: 0, mask: new Uint8Array(60 * 40) }]);
    expect(first?.followed.isThere).toBe(false);
    expect(first?.followed.mask.every((value) => value === 0)).toBe(true);
  });

  test('two subjects are followed side by side, and their masks do not overlap', async () => {
    const steps = await follow([
      { frame: 0, points: [{ x: 10, y: 20, adds: true }] },
      { frame: 1, subject: 1, points: [{ x: 50, y: 20, adds: true }] },
    ]);
    expect(steps.map(({ followed }) => [followed.frame, followed.subject])).toEqual(
      [0, 1, 2, 3, 4].flatMap((frame) => [
        [frame, 0],
        [frame, 1],
      ]),
    );
    for (let at = 0; at < steps.length; at += 2) {
      const [one, two] = [steps[at]?.followed, steps[at + 1]?.followed];
      expect(one?.mask.some((value, index) => value === 255 && two?.mask[index] === 255)).toBe(false);
      expect(one?.logits?.data.some((value, index) => value > 0 && (two?.logits?.data[index] ?? 0) > 0)).toBe(false);
    }
    expect(steps.some(({ followed }) => followed.mask.includes(255))).toBe(true);
  });

  test('a range around a correction gives its frames alone', async () => {
    const keys = [0, 3].map((frame) => ({ frame, points: [{ x: 30, y: 20, adds: true }] }));
    const steps: FollowStep[] = [];
    for await (const step of follower.follow(clip, keys, { range: { first: 1, last: 4 } })) steps.push(step);
    expect(steps.map(({ followed }) => followed.frame)).toEqual([3, 4, 2, 1]);
  });

  test('what a long clip leaves behind is forgotten, and every mask comes out as if it were not', {
    timeout: 120_000,
  }, async () => {
    const model = await openSam2(path, { provider: 'cpu', threads: 1, own });
    const pixels = (index: number): Float32Array =>
      Float32Array.from({ length: 3 * 128 * 128 }, (_, at) => Math.sin(at / 50 + index));
    const run = async (forgets: boolean): Promise<{ logits: Float32Array[]; known: number }> => {
      const features = (index: number) =>
        model.run('image_encoder', {}, { pixels: floatTensor([1, 3, 128, 128], pixels(index)) });
      const tracker = new SubjectTracker(model, { frameCount: 44, features, correctionsCondition: true, forgets });
      await tracker.setPoints(2, [{ x: 0.5, y: 0.5, kind: 'inside' }]);
      const logits: Float32Array[] = [];
      for (const reverse of [false, true])
        for await (const { mask } of tracker.follow(2, reverse)) logits.push(mask.logits);
      return { logits, known: Array.from({ length: 44 }, (_, frame) => tracker.at(frame)).filter(Boolean).length };
    };
    const [all, few] = [await run(false), await run(true)];
    await model.dispose();
    expect(all.known).toBe(44);
    expect(few.known).toBeLessThanOrEqual(35);
    expect(few.logits).toEqual(all.logits);
  });

  test('a cut stops it, says so, and a key behind it begins anew', async () => {
    const broken = {
      ...clip,
      frame: async (index: number) => new Uint8Array(4 * 60 * 40).fill(index < 3 ? 20 : 220),
    };
    const run = async (keys: readonly FollowKey[], acrossCuts = false): Promise<FollowStep[]> => {
      const steps: FollowStep[] = [];
      for await (const step of follower.follow(broken, keys, { acrossCuts })) steps.push(step);
      return steps;
    };
    const key = (frame: number): FollowKey => ({ frame, points: [{ x: 30, y: 20, adds: true }] });
    const stopped = await run([key(1)]);
    expect(stopped.map(({ followed, cut }) => [followed.frame, cut])).toEqual([
      [1, undefined],
      [2, 3],
      [0, undefined],
    ]);
    expect((await run([key(1), key(4)])).map(({ followed }) => followed.frame)).toEqual([1, 2, 0, 4, 3]);
    expect(await run([key(1)], true)).toHaveLength(5);
  });

  test('a key outside the clip is refused before anything is computed', async () => {
    await expect(follow([{ frame: 5, points: [{ x: 1, y: 1, adds: true }] }])).rejects.toThrow(/0 to 4/);
  });
});

test('a size that was not published is named, where nobody says what its shapes do not tell', async () => {
  await expect(openSam2(path)).rejects.toThrow(/size that was not published/);
});

test('another checkpoint is no SAM 2', async () => {
  const other = join(import.meta.dirname, '../../../../golden/data/vae/diffusion_pytorch_model.safetensors');
  await expect(openSam2(other)).rejects.toThrow(/no SAM 2 checkpoint/);
});
