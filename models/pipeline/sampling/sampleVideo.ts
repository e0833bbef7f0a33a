import { invertDdim } from '../../diffusion/ddim.ts';
import type { Denoiser } from '../../diffusion/denoiser.ts';
import { noisedTo } from '../../diffusion/noiseLevel.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { createSampling, type SamplerName, type Sampling } from '../../diffusion/sampler.ts';
import type { SamplerState } from '../../diffusion/samplerMethod.ts';
import { assert, CancelledError } from '../../errors/studioError.ts';
import { joinFrames, type LatentShape, setFrames, sliceFrames } from '../../math/frames.ts';
import { seededNormal } from '../../math/seededNoise.ts';
import type { RunStore } from '../../weights/runStore.ts';
import { type HeldCells, holdCells, isOpen } from './heldCells.ts';
import { planWindows, type Window } from './windows.ts';

/** What an edit starts from: scaled latents of the source's frames, the share of the schedule to sample, and whether they are inverted. */
export interface SampleSource {
  readonly latents: readonly Float32Array[];
  readonly strength: number;
  readonly inversion: boolean;
}

/** What the sampling of a whole video needs beside the network. */
export interface SampleVideoOptions {
  /** Latents of the whole video. */
  shape: LatentShape;
  /** Frames the model sees at once; longer videos are made window by window. */
  windowFrames: number;
  overlapFrames: number;
  scheduler: Readonly<Record<string, unknown>>;
  sampler: SamplerName;
  steps: number;
  eta: number;
  seed: number;
  /** Share of the noise all frames have in common, 0 to 1. */
  noiseAlpha: number;
  /** Whose noise each frame of the video begins with, by number; absent: its own. */
  noiseOrder?: readonly number[] | undefined;
  source?: SampleSource | undefined;
  /** What is known of the video and stays. */
  held?: HeldCells | undefined;
  store?: RunStore | undefined;
  /** Identifies the request; a saved state of another one is ignored. */
  key: string;
  signal?: AbortSignal | undefined;
}

/** Yielded after every step of every window. */
export interface SampledStep {
  /** Steps done and to do, over all windows. */
  step: number;
  total: number;
  window: Window;
  /** The clean estimate of the window's frames, (c, f, h, w). */
  denoised: Float32Array;
  /** The whole video's latents; the frames not yet sampled are still noise or zero. */
  latents: Float32Array;
}

/**
 * Samples a video of any length: each window from noise (or from the source's noised or inverted latents), windows joined by
 * overlap. Frames an earlier window made are held: before every step they are set to that window's result, noised to the step with
 * the noise they began with, and in the end they are copied. Returns the whole video's latents (c, f, h, w).
 * @param denoiserFor the guided network under a window's conditions, asked in so many steps.
 */
export async function* sampleVideo(
  options: SampleVideoOptions,
  denoiserFor: (window: Window, steps: number) => Promise<Denoiser>,
): AsyncGenerator<SampledStep, Float32Array, undefined> {
  const { shape, store, key } = options;
  const area = shape.height * shape.width;
  const windows = planWindows(shape.frames, options.windowFrames, options.overlapFrames);
  const saved = await store?.load('state');
  const isOurs = saved?.facts.key === key;
  const latents = (isOurs && saved?.arrays.video) || new Float32Array(shape.channels * shape.frames * area);
  const firstWindow = isOurs ? Number(saved?.facts.window) : 0;

  for (const [index, window] of windows.entries()) {
    if (index < firstWindow) continue;
    options.signal?.throwIfAborted();
    if (options.held && !isOpen(options.held, window)) {
      const known = joinFrames(options.held.latents.slice(window.start, window.start + window.frames), shape.channels);
      setFrames(latents, shape.channels, shape.frames, area, window.start, known);
      continue;
    }
    const noise = initialNoise(options, window);
    const resume = isOurs && index === firstWindow ? savedSamplerState(saved?.facts, saved?.arrays) : undefined;
    const sampling = samplingFor(options, window, resume);
    const perWindow = sampling.grid.length;
    const asked = await denoiserFor(window, perWindow);
    const denoise = options.held ? holdCells(asked, options.held, window, shape) : asked;
    const earlier =
      window.overlap > 0
        ? sliceFrames(latents, shape.channels, shape.frames, area, window.start, window.start + window.overlap)
        : undefined;
    const start = resume?.latents ?? (await startLatents(options, window, sampling, noise, denoise));
    let end = start;
    for await (const state of sampling.run(start, holdOverlap(denoise, options, window, earlier, noise))) {
      if (options.signal?.aborted) throw new CancelledError();
      end = state.latents;
      const step = index * perWindow + state.step;
      await store?.save('state', {
        facts: { key, window: index, step: state.step, history: state.history.length },
        arrays: {
          video: latents,
          latents: state.latents,
          ...Object.fromEntries(state.history.map((array, i) => [`history.${i}`, array])),
        },
      });
      yield { step, total: windows.length * perWindow, window, denoised: state.denoised, latents };
    }
    const fresh = sliceFrames(end, shape.channels, window.frames, area, window.overlap, window.frames);
    setFrames(latents, shape.channels, shape.frames, area, window.start + window.overlap, fresh);
  }
  return latents;
}

function savedSamplerState(
  facts: Record<string, string | number> = {},
  arrays: Record<string, Float32Array> = {},
): SamplerState | undefined {
  if (!arrays.latents) return undefined;
  const history = Array.from({ length: Number(facts.history) }, (_, i) => arrays[`history.${i}`]);
  return { step: Number(facts.step), latents: arrays.latents, history };
}

function samplingFor(options: SampleVideoOptions, window: Window, resume: SamplerState | undefined): Sampling {
  return createSampling(options.sampler, {
    schedule: noiseSchedule(options.scheduler),
    steps: options.steps,
    strength: options.source?.strength ?? 1,
    eta: options.eta,
    noise: (count, step) => seededNormal(count, options.seed, 'step', window.start * 100_000 + step),
    ...(resume ? { resume } : {}),
  });
}

/**
 * Standard normal noise (c, f, h, w) of a window. Every frame of the video has noise of its own, drawn by its place in the whole
 * video, so overlapping windows begin with the same noise where they overlap. Progressive noise prior (Ge et al. 2023, mixed form):
 * ε = √a · shared + √(1 − a) · own.
 */
export function initialNoise(
  options: Pick<SampleVideoOptions, 'shape' | 'seed' | 'noiseAlpha' | 'noiseOrder'>,
  window: Window,
): Float32Array {
  const { shape, seed, noiseAlpha, noiseOrder } = options;
  const count = shape.channels * shape.height * shape.width;
  const shared = noiseAlpha > 0 ? seededNormal(count, seed, 'shared') : undefined;
  const own = Math.sqrt(1 - noiseAlpha);
  const common = Math.sqrt(noiseAlpha);
  const frames = Array.from({ length: window.frames }, (_, index) => {
    const frame = window.start + index;
    const noise = seededNormal(count, seed, 'initial', noiseOrder?.[frame] ?? frame);
    return shared ? noise.map((value, i) => own * value + common * shared[i]) : noise;
  });
  return joinFrames(frames, shape.channels);
}

/** Latents a window starts from: scaled noise; or the source's latents, noised to the first step or inverted by DDIM. */
async function startLatents(
  options: SampleVideoOptions,
  window: Window,
  sampling: Sampling,
  noise: Float32Array,
  denoise: Denoiser,
): Promise<Float32Array> {
  const { source, shape } = options;
  if (!source || (source.strength >= 1 && !source.inversion)) {
    return noise.map((value) => value * sampling.initialNoiseScale);
  }
  const clean = joinFrames(source.latents.slice(window.start, window.start + window.frames), shape.channels);
  if (!source.inversion || sampling.grid.length === 0) return sampling.noised(clean, noise);
  assert(options.sampler === 'ddim', 'only DDIM can be inverted');
  let inverted: Float32Array = clean;
  const inversion = invertDdim(
    { schedule: noiseSchedule(options.scheduler), steps: options.steps, strength: source.strength },
    clean,
    denoise,
  );
  for await (const { latents } of inversion) {
    if (options.signal?.aborted) throw new CancelledError();
    inverted = latents;
  }
  return inverted;
}

/** Wraps a window's denoiser so that frames made before stand, noised to the step, in place of what the sampler has there. */
function holdOverlap(
  denoise: Denoiser,
  options: SampleVideoOptions,
  window: Window,
  held: Float32Array | undefined,
  noise: Float32Array,
): Denoiser {
  if (!held) return denoise;
  const { channels } = options.shape;
  const area = options.shape.height * options.shape.width;
  const heldNoise = sliceFrames(noise, channels, window.frames, area, 0, window.overlap);
  return (sample, level, step) => {
    setFrames(sample, channels, window.frames, area, 0, noisedTo(level, held, heldNoise));
    return denoise(sample, level, step);
  };
}
