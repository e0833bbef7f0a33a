import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editVideo } from '../../../../models/pipeline/editVideo.ts';
import { generateVideo } from '../../../../models/pipeline/generateVideo.ts';
import { movesFrom, type Retake, spanOfRetake } from '../../../../models/pipeline/retake/retake.ts';
import type { Picture } from '../../../../models/pipeline/subject/picture.ts';
import { standInModel } from '../../../fixtures/models/standInModel.ts';
import { collect, edit, generation } from '../../../fixtures/pipelineTakes.ts';

test('the span looked at holds the range, frames beside it, and lies in the take', () => {
  const count = fc.integer({ min: 1, max: 80 });
  fc.assert(
    fc.property(
      count,
      count,
      count,
      count,
      fc.integer({ min: 0, max: 8 }),
      (frames, a, b, windowFrames, overlapFrames) => {
        const [firstFrame, endFrame] = [Math.min(a, b) % frames, (Math.max(a, b) % frames) + 1].sort((x, y) => x - y);
        fc.pre(firstFrame < endFrame);
        const span = spanOfRetake({ firstFrame, endFrame }, { frames, windowFrames, overlapFrames });
        expect(span.first).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(frames);
        expect(span.first).toBeLessThanOrEqual(firstFrame);
        expect(span.end).toBeGreaterThanOrEqual(endFrame);
        expect(span.end - span.first).toBe(
          Math.min(frames, Math.max(windowFrames, endFrame - firstFrame + 2 * Math.max(1, overlapFrames))),
        );
      },
    ),
  );
});

test('lanes go on where the span begins', () => {
  const key = (frame: number) => ({ frame, value: frame, curve: 'linear' as const });
  const moved = movesFrom(
    {
      frames: { textAlpha: [key(2), key(9)], imageAlpha: [], hfaStrength: [] },
      ...{ steps: {}, loras: [{ lora: 'style', keys: [key(7)] }] },
    },
    5,
  );
  expect(moved.frames.textAlpha.map(({ frame }) => frame)).toEqual([-3, 4]);
  expect(moved).toMatchObject({ steps: {}, loras: [{ lora: 'style', keys: [{ frame: 2, value: 7 }] }] });
});

describe('a retake', () => {
  /** Frames of an earlier take, and a retake of some of them. */
  async function takeOf(longClips: 'together' | 'oneByOne') {
    const { model } = standInModel({ description: { longClips } });
    const { pictures } = await collect(editVideo(model, edit(), {}));
    const retake = (changes: Partial<Retake>): Retake => ({
      ...{ firstFrame: 2, endFrame: 4, motion: { prompt: '', seed: 7 } },
      frame: async (index) => pictures[index],
      ...changes,
    });
    const again = (changes: Partial<Retake>) =>
      collect(editVideo(model, { ...edit({ seed: 8 }), retake: retake(changes) }, {}));
    return { pictures, again };
  }
  const same = (one: Picture, other: Picture, at: number): boolean =>
    [0, 1, 2].every((channel) => one.data[at * 4 + channel] === other.data[at * 4 + channel]);

  test.each(['together', 'oneByOne'] as const)('makes its range alone, windows %s', async (longClips) => {
    const { pictures, again } = await takeOf(longClips);
    const { pictures: made } = await again({});
    expect(made).toHaveLength(2);
    made.forEach((picture, index) => {
      expect(picture).toMatchObject({ width: 50, height: 34 });
      expect(picture.data).not.toEqual(pictures[2 + index].data);
    });
  });

  test('in a region leaves every pixel around it, in every frame', async () => {
    const { pictures, again } = await takeOf('together');
    const region = {
      width: 50,
      height: 34,
      data: Uint8Array.from({ length: 50 * 34 }, (_, i) => (i % 50 < 20 && i < 50 * 14 ? 255 : 0)),
    };
    const { pictures: made } = await again({ firstFrame: 0, endFrame: 6, region: async () => region });
    let changed = 0;
    made.forEach((picture, index) => {
      region.data.forEach((open, at) => {
        const isSame = same(picture, pictures[index], at);
        if (open < 128) expect(isSame).toBe(true);
        else if (!isSame) changed += 1;
      });
    });
    expect(changed).toBeGreaterThan(100);
  });

  test('of a generation makes its frames of the take', async () => {
    const { model } = standInModel();
    const { pictures } = await collect(generateVideo(model, generation(), {}));
    const retake: Retake = {
      ...{ firstFrame: 1, endFrame: 2, motion: { prompt: 'it jumps on a beach', seed: 7 } },
      frame: async (index) => pictures[index],
    };
    const { pictures: made } = await collect(generateVideo(model, { ...generation({ seed: 8 }), retake }, {}));
    expect(made).toHaveLength(1);
    expect(made[0].data).not.toEqual(pictures[1].data);
  });
});
