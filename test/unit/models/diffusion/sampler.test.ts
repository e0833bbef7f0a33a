import { describe, expect, test } from 'vitest';
import { invertDdim } from '../../../../models/diffusion/ddim.ts';
import { denoiserOf } from '../../../../models/diffusion/denoiser.ts';
import { levelOf, noisedTo } from '../../../../models/diffusion/noiseLevel.ts';
import { noiseSchedule, spacedTimesteps } from '../../../../models/diffusion/noiseSchedule.ts';
import { createSampling, type SamplerName } from '../../../../models/diffusion/sampler.ts';
import type { SamplerState } from '../../../../models/diffusion/samplerMethod.ts';
import { seededNormal } from '../../../../models/math/seededNoise.ts';

const names: SamplerName[] = ['ddim', 'dpmpp-2m', 'unipc', 'euler', 'euler-trailing', 'euler-ancestral', 'lcm', 'tcd'];
const v = noiseSchedule({
  prediction_type: 'v_prediction',
  rescale_betas_zero_snr: true,
  timestep_spacing: 'trailing',
  set_alpha_to_one: true,
});
const curved = denoiserOf('epsilon', async (x, t) =>
  x.map((value) => 0.6 * Math.tanh(value) + 0.1 * Math.sin(t / 100)),
);

const stepNoise = (count: number, index: number) => seededNormal(count, 3, 'step', index);

/** How near a sampler ends to the only picture: Euler by steps of its own length, TCD at the schedule's least noise. */
const endsIn = (name: SamplerName): number => (name === 'tcd' ? 0.1 : name.startsWith('euler') ? 0.05 : 1e-4);

/** The exact v of a data set with one picture: the sampler must find that picture. */
function exactModel(schedule: typeof v, target: Float32Array) {
  return denoiserOf('v_prediction', async (x, t) => {
    const alpha = schedule.alphasCumprod[Math.round(t)];
    return x.map((value, i) => (alpha === 1 ? 0 : (Math.sqrt(alpha) * value - target[i]) / Math.sqrt(1 - alpha)));
  });
}

describe.each(names)('%s', (name) => {
  test('finds the only picture there is', async () => {
    const target = seededNormal(16, 1, 'weights');
    const schedule =
      name === 'euler' ? noiseSchedule({ prediction_type: 'v_prediction', timestep_spacing: 'trailing' }) : v;
    const sampling = createSampling(name, { schedule, steps: 12, noise: stepNoise });
    const exact = exactModel(schedule, target);
    const start = seededNormal(16, 2, 'initial').map((value) => value * sampling.initialNoiseScale);
    let end: Float32Array = start;
    for await (const step of sampling.run(start, exact)) end = step.latents;
    const worst = Math.max(...end.map((value, i) => Math.abs(value - target[i])));
    expect(worst).toBeLessThan(endsIn(name));
  });

  test('resumed after any step it ends in the same latents, bit for bit', async () => {
    const start = seededNormal(32, 3, 'initial');
    const noise = (count: number, index: number) => seededNormal(count, 3, 'step', index);
    const options = { schedule: noiseSchedule(), steps: 9, eta: 0.5, noise };
    const states: SamplerState[] = [];
    for await (const { step, latents, history } of createSampling(name, options).run(start, curved)) {
      states.push({ step, latents: latents.slice(), history: history.map((array) => array.slice()) });
    }
    for (const resume of states.slice(0, -1)) {
      let end: Float32Array | undefined;
      for await (const step of createSampling(name, { ...options, resume }).run(start, curved)) end = step.latents;
      expect(end).toEqual(states[8].latents);
    }
  });

  test('strength leaves that share of the steps, and 0 leaves none', async () => {
    const count = (strength: number) => createSampling(name, { schedule: v, steps: 10, strength }).grid.length;
    expect([1, 0.5, 0.01, 0].map(count)).toEqual([10, 5, 1, 0]);
  });
});

test.each(names)('%s reads a network that gives x_0 itself', async (name) => {
  const schedule = noiseSchedule({ ...v.config, prediction_type: 'sample' });
  const target = seededNormal(16, 1, 'weights');
  const sampling = createSampling(name, { schedule, steps: 5, noise: stepNoise });
  const start = seededNormal(16, 2, 'initial').map((value) => value * sampling.initialNoiseScale);
  let end: Float32Array = start;
  for await (const step of sampling.run(start, async () => target)) end = step.latents;
  expect(Math.max(...end.map((value, i) => Math.abs(value - target[i])))).toBeLessThan(
    name === 'tcd' ? endsIn(name) : 1e-4,
  );
});

test('zero terminal SNR starts from pure noise', () => {
  expect(v.alphasCumprod[999]).toBe(0);
  expect(v.alphasCumprod[0]).toBeCloseTo(noiseSchedule().alphasCumprod[0], 12);
  expect(spacedTimesteps(v, 4)).toEqual(Float64Array.of(999, 749, 499, 249));
});

test('a trailing power crowds a multistep solver’s steps towards the noise, and DDIM’s not', () => {
  const crowded = noiseSchedule({ ...v.config, trailing_power: 2 });
  const timesteps = (name: SamplerName, schedule: typeof v): number[] =>
    createSampling(name, { schedule, steps: 4 }).grid.map(({ from }) => from.timestep);
  expect(spacedTimesteps(crowded, 4, 'trailing', 2)).toEqual(Float64Array.of(999, 937, 749, 437));
  expect(timesteps('dpmpp-2m', crowded)).toEqual([999, 937, 749, 437]);
  expect(timesteps('dpmpp-2m', v)).toEqual([999, 749, 499, 249]);
  expect(timesteps('ddim', crowded)).toEqual(timesteps('ddim', v));
  for (const trailing_power of [0, -1, Number.NaN, 99])
    expect(() => noiseSchedule({ trailing_power })).toThrow('trailing_power');
});

test('DDIM inversion leads to noise from which sampling leads back', async () => {
  const schedule = noiseSchedule({
    prediction_type: 'v_prediction',
    timestep_spacing: 'trailing',
    set_alpha_to_one: true,
  });
  const gentle = denoiserOf('v_prediction', async (x) => x.map((value) => 0.3 * value));
  const x0 = seededNormal(32, 5, 'weights');
  let inverted: Float32Array = x0;
  for await (const step of invertDdim({ schedule, steps: 200 }, x0, gentle)) inverted = step.latents;
  let back: Float32Array = inverted;
  for await (const step of createSampling('ddim', { schedule, steps: 200 }).run(inverted, gentle)) back = step.latents;
  expect(Math.max(...back.map((value, i) => Math.abs(value - x0[i])))).toBeLessThan(0.05);
});

test('noising keeps signal and noise in the shares of ᾱ', () => {
  const schedule = noiseSchedule();
  const noised = noisedTo(levelOf(schedule.alphasCumprod[500], 500), Float32Array.of(1, 0), Float32Array.of(0, 1));
  expect(noised[0] ** 2 + noised[1] ** 2).toBeCloseTo(1, 6);
  expect(noised[0] ** 2).toBeCloseTo(schedule.alphasCumprod[500], 6);
});

test.each([0, -1, 1.5, 1001])('%s steps is a usage error that says what is possible', (steps) => {
  expect(() => createSampling('ddim', { schedule: noiseSchedule(), steps })).toThrow(/1 to 1000/);
});
