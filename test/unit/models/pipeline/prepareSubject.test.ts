import { describe, expect, test } from 'vitest';
import type { Planes } from '../../../../models/math/resample.ts';
import { generateVideo } from '../../../../models/pipeline/generateVideo.ts';
import { advisedPreparation, examineSubject } from '../../../../models/pipeline/subject/prepare/examineSubject.ts';
import { prepareSubject } from '../../../../models/pipeline/subject/prepare/prepareSubject.ts';
import { standInModel } from '../../../fixtures/models/standInModel.ts';
import { collect, generation } from '../../../fixtures/pipelineTakes.ts';

const side = 96;
const nothing = { denoise: false, levels: false, outline: false };

/** Evenly spread numbers of mean 0 and deviation 1, the same each time. */
function spreadNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.5) * Math.sqrt(12);
  };
}

/** A disc whose grey rises from `dark` to `light`, on grey ground, with noise of a deviation of 255. */
function disc({ dark = 0.2, light = 0.9, ground = 0.0, noise = 0 }): { colours: Planes; mask: Planes } {
  const data = new Float32Array(3 * side * side);
  const mask = new Float32Array(side * side);
  const draw = spreadNumbers();
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    mask[i] = Math.hypot(x - 48, y - 48) < 32 ? 1 : 0;
    for (let channel = 0; channel < 3; channel++) {
      const clean = mask[i] === 1 ? dark + ((light - dark) * (x - 16)) / 64 : ground;
      data[channel * side * side + i] = clean + (noise * draw()) / 255;
    }
  }
  return {
    colours: { width: side, height: side, channels: 3, data },
    mask: { width: side, height: side, channels: 1, data: mask },
  };
}
const examined = (of: Parameters<typeof disc>[0]) => {
  const { colours, mask } = disc(of);
  return examineSubject(colours, mask, side);
};

describe('examineSubject', () => {
  test('measures the noise of luma, and none on a plain ramp', () => {
    expect(examined({})?.noise).toBeLessThan(0.5);
    // The same noise in three channels apart is weaker in luma: √(0.299² + 0.587² + 0.114²) of it.
    const measured = examined({ noise: 20 })?.noise ?? 0;
    expect(measured / (20 * Math.hypot(0.299, 0.587, 0.114))).toBeGreaterThan(0.75);
    expect(measured / (20 * Math.hypot(0.299, 0.587, 0.114))).toBeLessThan(1.1);
  });

  test('a bright band across it is no noise', () => {
    const { colours, mask } = disc({});
    for (let y = 44; y < 52; y++) for (let x = 0; x < side; x++) colours.data[y * side + x] = 1;
    expect(examineSubject(colours, mask, side)?.noise).toBeLessThan(1);
  });

  test('measures the span of tones and the step at the outline', () => {
    const seen = examined({ dark: 0.4, light: 0.6 });
    expect(seen?.range).toBeCloseTo(0.2, 1);
    const lost = examined({ dark: 0.5, light: 0.5, ground: 0.5 });
    expect(lost?.contrast).toBeLessThan(1);
    expect(examined({ dark: 0.9, light: 0.9, ground: 0.1 })?.contrast).toBeGreaterThan(50);
  });

  test('advises what answers each weakness, and nothing for a clear subject', () => {
    const advice = (of: Parameters<typeof disc>[0]) => {
      const figures = examined(of);
      return figures && advisedPreparation(figures);
    };
    expect(advice({})).toEqual(nothing);
    expect(advice({ noise: 25 })).toEqual({ ...nothing, denoise: true });
    expect(advice({ dark: 0.5, light: 0.6 })).toEqual({ ...nothing, levels: true });
    expect(advice({ ground: 0.55, dark: 0.4, light: 0.7 })).toEqual({ ...nothing, outline: true });
  });

  test('a mask that marks next to nothing is no subject', () => {
    const { colours, mask } = disc({});
    mask.data.fill(0);
    expect(examineSubject(colours, mask, side)).toBeUndefined();
  });
});

describe('prepareSubject', () => {
  test('gives the very same planes where nothing is asked for', () => {
    const { colours, mask } = disc({ noise: 20 });
    expect(prepareSubject(colours, mask, side, nothing)).toBe(colours);
  });

  test('takes most of the noise away and keeps the ramp; the ground stays', () => {
    const { colours, mask } = disc({ noise: 20 });
    const clean = disc({}).colours;
    const made = prepareSubject(colours, mask, side, { ...nothing, denoise: true });
    const error = (planes: Planes): number => {
      let sum = 0;
      for (let i = 0; i < side * side; i++) if (mask.data[i] === 1) sum += (planes.data[i] - clean.data[i]) ** 2;
      return Math.sqrt(sum);
    };
    expect(error(made)).toBeLessThan(0.4 * error(colours));
    for (let i = 0; i < side * side; i++) if (mask.data[i] === 0) expect(made.data[i]).toBe(colours.data[i]);
  });

  test('pulls a flat subject’s tones apart, no farther than the range', () => {
    const { colours, mask } = disc({ dark: 0.45, light: 0.6 });
    const made = prepareSubject(colours, mask, side, { ...nothing, levels: true });
    expect(examineSubject(made, mask, side)?.range).toBeGreaterThan(0.4);
    expect(Math.max(...made.data)).toBeLessThanOrEqual(1);
    expect(Math.min(...made.data)).toBeGreaterThanOrEqual(0);
  });

  test('a line along the edge makes a subject stand out; its middle stays', () => {
    const { colours, mask } = disc({ dark: 0.5, light: 0.5, ground: 0.5 });
    const made = prepareSubject(colours, mask, side, { ...nothing, outline: true });
    expect(examineSubject(made, mask, side)?.contrast).toBeGreaterThan(12);
    expect(made.data[48 * side + 48]).toBe(colours.data[48 * side + 48]);
  });

  test('is part of what makes a take', async () => {
    const run = async (prepare: typeof nothing) =>
      (await collect(generateVideo(standInModel().model, generation({ prepare }), {}))).pictures
        .map(({ data }) => Buffer.from(data).toString('hex'))
        .join();
    expect(await run({ ...nothing, outline: true })).not.toBe(await run(nothing));
  });
});
