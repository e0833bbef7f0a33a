import { describe, expect, test } from 'vitest';
import { enlargePicture } from '../../../../models/pipeline/compositing/enlarge.ts';
import { withoutSubject } from '../../../../models/pipeline/compositing/withoutSubject.ts';
import { poseSubject, restingPose } from '../../../../models/pipeline/subject/poses.ts';
import { finishedSize, type ResolvedParameters } from '../../../../models/pipeline/takeParameters.ts';

const side = 48;
const area = side * side;
const inside = (i: number): boolean => {
  const [x, y] = [i % side, Math.floor(i / side)];
  return x >= 16 && x < 32 && y >= 16 && y < 32;
};
const mask = {
  width: side,
  height: side,
  channels: 1,
  data: Float32Array.from({ length: area }, (_, i) => Number(inside(i))),
};

describe('a finished take', () => {
  test('has the canvas’s shape, its longer side as asked for and never less than the canvas’s', () => {
    const at = (finishSide?: number) => finishedSize({ width: 128, height: 96, finishSide } as ResolvedParameters);
    expect(at(512)).toEqual({ width: 512, height: 384 });
    expect(at(64)).toEqual({ width: 128, height: 96 });
    expect(at()).toEqual({ width: 128, height: 96 });
  });

  test('a frame that is large enough is left alone, a smaller one enlarged in its colours', () => {
    const made = { width: side, height: side, data: new Uint8Array(4 * area).fill(90) };
    expect(enlargePicture(made, { width: side, height: side })).toBe(made);
    const large = enlargePicture(made, { width: 4 * side, height: 4 * side });
    expect(large.data.length).toBe(64 * area);
    expect(large.data[4 * 5000]).toBe(90);
  });

  test('along the outline the drawn subject gives way to the place beside it', () => {
    const data = new Uint8Array(4 * area).fill(255);
    for (let i = 0; i < area; i++) data.fill(inside(i) ? 250 : 60, 4 * i, 4 * i + 3);
    const { data: place } = withoutSubject({ width: side, height: side, data }, mask);
    expect(place[24 * side + 16]).toBeCloseTo(60, 3);
    expect(place[24 * side + 4]).toBe(60);
  });
});

test('a posed cut-out is where its pose says, whole, and nowhere else', () => {
  const planes = { ...mask, channels: 3, data: Float32Array.from({ length: 3 * area }, (_, i) => mask.data[i % area]) };
  const start = { right: 0, down: 0, extent: 1 / 3 };
  const pose = { ...restingPose, right: 0.5, size: 0.5, angle: Math.PI / 2 };
  const { mask: posed } = poseSubject({ planes, mask }, start, pose, side, side);
  const total = posed.data.reduce((sum, value) => sum + value, 0);
  expect(total).toBeCloseTo(64, 0);
  for (const [i, cover] of posed.data.entries()) {
    const [x, y] = [i % side, Math.floor(i / side)];
    expect(cover > 0.01).toBe(x >= 32 && x < 40 && y >= 20 && y < 28);
  }
});
