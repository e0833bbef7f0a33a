import { expect, test } from 'vitest';
import { frameCount, type Material, plansFrom } from '../../../../build/bench/follow/compositePlans.ts';

const material: Material = {
  clips: [
    { name: 'long', frameCount: 300 },
    { name: 'short', frameCount: 20 },
  ],
  subjects: ['a', 'b', 'c'],
  occluders: ['x', 'y'],
};

test('plans of a seed are the same again, of the material alone, and differ from those of another', () => {
  const plans = plansFrom(7, material);
  expect(plans).toEqual(plansFrom(7, material));
  expect(plans).not.toEqual(plansFrom(8, material));
  expect(plans.filter(({ half }) => half === 'easy')).toHaveLength(6);
  for (const { clip, begin, subject, half, occluder } of plans) {
    expect(material.subjects).toContain(subject);
    expect(begin === 0 || begin + frameCount <= 300).toBe(true);
    expect(clip === 'short' ? begin : 0).toBe(0);
    if (occluder) expect([half, material.occluders.includes(occluder.cutOut)]).toEqual(['hard', true]);
  }
});
