import { describe, expect, test } from 'vitest';
import { noiseSchedule } from '../../../../models/diffusion/noiseSchedule.ts';
import type { CutOut } from '../../../../models/model/conditions.ts';
import {
  followPlan,
  poseAt,
  poseSubject,
  restingPose,
  subjectStart,
} from '../../../../models/pipeline/subject/poses.ts';

/** A canvas, black but for a rectangle of the given grey. */
function rectangle(side: number, left: number, top: number, width: number, height: number, grey = 1): CutOut {
  const inside = (i: number) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return x >= left && x < left + width && y >= top && y < top + height;
  };
  const mask = Float32Array.from({ length: side * side }, (_, i) => (inside(i) ? 1 : 0));
  return {
    planes: {
      width: side,
      height: side,
      channels: 3,
      data: Float32Array.from({ length: 3 * side * side }, (_, i) => mask[i % (side * side)] * grey),
    },
    mask: { width: side, height: side, channels: 1, data: mask },
  };
}

const boxOf = (cutOut: CutOut) => {
  const start = subjectStart(cutOut.mask);
  if (!start) throw new Error('the subject is gone');
  return start;
};

describe('the start of a subject', () => {
  test('is the middle and the longer side of its mask’s box', () => {
    const start = boxOf(rectangle(40, 10, 4, 20, 8));
    expect(start).toEqual({ right: 0, down: -0.6, extent: 0.5 });
  });

  test('an empty mask has none', () => {
    expect(subjectStart(rectangle(8, 0, 0, 0, 0).mask)).toBeUndefined();
  });
});

describe('a posed subject', () => {
  const source = rectangle(80, 20, 30, 20, 20, 0.8);
  const start = boxOf(source);

  test('at rest is the cut-out itself, averaged to the canvas', () => {
    const still = poseSubject(source, start, { ...restingPose }, 40, 40);
    expect(still).toEqual(rectangle(40, 10, 15, 10, 10, Math.fround(0.8)));
    expect(poseSubject(still, start, restingPose, 40, 40)).toBe(still);
  });

  test('moves by half canvases', () => {
    const moved = boxOf(poseSubject(source, start, { ...restingPose, right: 0.5, down: -0.25 }, 40, 40));
    expect(moved).toEqual({ right: start.right + 0.5, down: start.down - 0.25, extent: start.extent });
  });

  test('grows about its own centre', () => {
    const grown = boxOf(poseSubject(source, start, { ...restingPose, size: 1.6 }, 40, 40));
    expect(grown.extent).toBeCloseTo(0.4, 5);
    expect([grown.right, grown.down]).toEqual([start.right, start.down]);
  });

  test('a quarter turn lays a standing bar down, in pixels even where the canvas is not square', () => {
    const bar = rectangle(80, 36, 20, 8, 40);
    const lying = poseSubject(bar, boxOf(bar), { ...restingPose, angle: Math.PI / 2 }, 80, 80);
    const width = lying.mask.data.subarray(40 * 80, 41 * 80).reduce((sum, value) => sum + value, 0);
    const height = Array.from({ length: 80 }, (_, y) => lying.mask.data[y * 80 + 40]).reduce((a, b) => a + b, 0);
    expect([width, height].map(Math.round)).toEqual([40, 8]);
  });

  test('turns clockwise', () => {
    const arm = rectangle(80, 38, 20, 4, 20);
    const pivot = { right: 0, down: 0, extent: 0.5 };
    const turned = boxOf(poseSubject(arm, pivot, { ...restingPose, angle: Math.PI / 2 }, 80, 80));
    expect(turned.right).toBeCloseTo(0.25, 1);
    expect(turned.down).toBeCloseTo(0, 1);
  });

  test('beyond the canvas nothing is left', () => {
    const gone = poseSubject(source, start, { ...restingPose, right: 3 }, 40, 40);
    expect(gone.planes.data.every((value) => value === 0)).toBe(true);
  });
});

describe('a path', () => {
  const path = [restingPose, { right: 0.4, down: 0.2, size: 4, angle: 1 }];

  test('is read between its waypoints: offsets and turn in proportion, sizes by their logarithm', () => {
    expect(poseAt(path, 0)).toEqual(restingPose);
    expect(poseAt(path, 0.5)).toEqual({ right: 0.2, down: 0.1, size: 2, angle: 0.5 });
    expect(poseAt(path, 1)).toEqual(path[1]);
    expect(poseAt(path, 7)).toEqual(path[1]);
  });

  test('is what the planner settles on, in its units, and begins at rest', async () => {
    const settled = Float32Array.of(1, 1, 1, 1, 2, 0, 1 + Math.log(2), 3);
    const motion = { waypoints: 2, spread: [0.5, 0.5, 1, 0.25] };
    const poses = await followPlan(new Float32Array(8), 5, { ...noiseSchedule().config }, async () => settled, motion);
    expect(poses[0]).toEqual(restingPose);
    expect(poses[1].right).toBeCloseTo(0.5, 5);
    expect(poses[1].down).toBeCloseTo(-0.5, 5);
    expect(poses[1].size).toBeCloseTo(2, 5);
    expect(poses[1].angle).toBeCloseTo(0.5, 5);
  });
});
