import { describe, expect, test } from 'vitest';
import { laySubject } from '../../../../models/pipeline/compositing/composite.ts';
import { placeLight } from '../../../../models/pipeline/compositing/placeLight.ts';

const side = 16;
const area = side * side;

/** A frame of one colour, and a grey subject in its middle. */
function place(red: number, green: number, blue: number) {
  const data = new Uint8Array(4 * area);
  for (let i = 0; i < area; i++) data.set([red, green, blue, 255], 4 * i);
  const covers = Float32Array.from({ length: area }, (_, i) => (i % side > 4 && i % side < 12 ? 1 : 0));
  const mask = { width: side, height: side, channels: 1, data: covers };
  const planes = {
    ...mask,
    channels: 3,
    data: Float32Array.from({ length: 3 * area }, (_, i) => 0.6 * covers[i % area]),
  };
  return { made: { width: side, height: side, data }, cutOut: { planes, mask } };
}
const subjectOf = (red: number, green: number, blue: number, strength: number): number[] => {
  const { made, cutOut } = place(red, green, blue);
  return [...laySubject(cutOut, made, strength).data.subarray(4 * (8 * side + 8), 4 * (8 * side + 8) + 3)];
};

describe('placeLight', () => {
  test('without it a subject’s pixels are the picture’s own', () => {
    expect(subjectOf(10, 10, 60, 0)).toEqual([153, 153, 153]);
  });

  test('night darkens and cools, sunset warms, a bright place hardly changes anything', () => {
    const [red, green, blue] = subjectOf(10, 14, 50, 1);
    expect(red).toBeLessThan(110);
    expect(blue).toBeGreaterThan(red);
    expect(green).toBeLessThan(120);
    const [warm, , cool] = subjectOf(230, 140, 60, 1);
    expect(warm).toBeGreaterThan(cool + 30);
    for (const channel of subjectOf(150, 150, 150, 1)) expect(Math.abs(channel - 153)).toBeLessThan(6);
  });

  test('half of it lies between none and all', () => {
    const [none, half, all] = [0, 0.5, 1].map((strength) => subjectOf(20, 20, 20, strength)[0]);
    expect(half).toBeLessThan(none);
    expect(half).toBeGreaterThan(all);
  });

  test('the subject itself does not count as light', () => {
    const { made, cutOut } = place(128, 128, 128);
    const before = placeLight(made, cutOut.mask, 1);
    for (let i = 0; i < area; i++) if (cutOut.mask.data[i] === 1) made.data.fill(255, 4 * i, 4 * i + 3);
    expect(placeLight(made, cutOut.mask, 1)).toEqual(before);
  });

  test('a frame that is all subject is left alone', () => {
    const { made, cutOut } = place(0, 0, 0);
    cutOut.mask.data.fill(1);
    expect(placeLight(made, cutOut.mask, 1)).toEqual([1, 1, 1]);
  });
});
