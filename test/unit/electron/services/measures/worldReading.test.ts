import { describe, expect, it } from 'vitest';
import { measuredTake } from '../../../../../electron/contract/measures/measures.ts';
import { measureTake, type TakeToMeasure } from '../../../../../electron/services/measures/measureTake.ts';
import type { Planes } from '../../../../../models/math/resample.ts';
import type { ValueReader } from '../../../../../models/measure/readers.ts';

const side = 16;
let read: Record<string, readonly Planes[]> = {};

const reader = (kind: string, values: readonly string[], fewestFrames = 1): ValueReader => ({
  ...{ title: `a reader of ${kind}`, comparable: false, values, fewestFrames },
  read: async (frames) => {
    read[kind] = frames;
    return Float32Array.from(values, (_, index) => (index + 1) / 10);
  },
});

const value = (name: string, near: string[] = []) => ({ name, phrases: [`in the ${name}`], near });
const world = {
  words: {
    parts: [
      { name: 'place' as const, values: [value('forest', ['woods']), value('desert')] },
      { name: 'motion' as const, values: [{ name: 'spin', phrases: ['spins'], near: [] }] },
      { name: 'light' as const, values: [value('night')] },
      { name: 'subject' as const, values: [value('dog')] },
    ],
  },
  readers: {
    place: reader('place', ['desert', 'forest']),
    motion: reader('motion', ['left', 'up', 'spin'], 3),
    subject: reader('subject', ['cat', 'dog']),
  },
};

function take(count: number, more: Partial<TakeToMeasure>): TakeToMeasure {
  const frame = new Uint8Array(4 * side * side).fill(200);
  return { width: side, height: side, frames: Array.from({ length: count }, () => frame), ...more };
}

/** Marks a rectangle of 8 × 4. */
function mask(): Uint8Array {
  const data = new Uint8Array(side * side);
  for (let y = 4; y < 8; y++) data.fill(255, y * side + 2, y * side + 10);
  return data;
}

const scoresOf = async (given: TakeToMeasure) => {
  read = {};
  return measureTake(given, { world });
};

describe('what a model’s own readers say of a sentence', () => {
  it('is how likely the named place and motion are, also by a word near them', async () => {
    const { scores, readers } = await scoresOf(take(3, { prompt: 'a dog spins in the dark woods at night' }));
    expect(scores.placeRead).toBeCloseTo(0.2);
    expect(scores.motionRead).toBeCloseTo(0.3);
    expect(readers.placeRead).toEqual({ title: 'a reader of place', comparable: false });
    // Nobody knows where the dog is.
    expect(scores.subjectRead).toBeNull();
  });

  it('is read of the subject alone, in the frames in which it is marked', async () => {
    const none = new Uint8Array(side * side);
    const { scores } = await scoresOf(take(3, { prompt: 'a dog', masks: [mask(), none, mask()] }));
    expect(scores).toMatchObject({ subjectRead: expect.closeTo(0.2), placeRead: null, motionRead: null });
    expect(read.subject?.map(({ width, height }) => [width, height])).toEqual([
      [10, 6],
      [10, 6],
    ]);
  });

  it('is asked only for parts that made the take, and of clips that are long enough', async () => {
    const prompt = 'it spins in the desert';
    expect((await scoresOf(take(3, { prompt, parts: ['place'] }))).scores).toMatchObject({
      placeRead: expect.closeTo(0.1),
      motionRead: null,
    });
    expect((await scoresOf(take(2, { prompt }))).scores.motionRead).toBeNull();
    expect((await scoresOf(take(3, { prompt: 'it waits' }))).scores.placeRead).toBeNull();
  });
});

it('figures that were written down before there were readers are still read', () => {
  const { readers, scores } = measuredTake.parse({ scores: { flicker: 1, drift: null }, readers: {} });
  expect([readers, scores.flicker, scores.placeRead]).toEqual([{}, 1, undefined]);
});
