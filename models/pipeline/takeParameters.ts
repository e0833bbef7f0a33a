import type { SamplerName } from '../diffusion/sampler.ts';
import { StudioError } from '../errors/studioError.ts';
import type { WeightsOverTime } from '../lanes/weightsOverTime.ts';
import type { LatentShape } from '../math/frames.ts';
import type { AlphaSettings, Size } from '../model/conditions.ts';
import type { Model } from '../model/model.ts';
import type { SubjectPreparation } from './subject/prepare/preparation.ts';

/** The knobs of a take as the pipeline reads them; the studio's take settings have this shape. */
export interface TakeParameters {
  keep: 'subject' | 'rest';
  prompt: string;
  negativePrompt: string;
  alpha: AlphaSettings;
  /** How the two α and HFA's strength move over the take's frames and over its steps. */
  overTime: WeightsOverTime;
  sda: boolean;
  prepare: SubjectPreparation;
  hfa: { enabled: boolean; strength: number };
  guidance?: { text: number; image: number } | undefined;
  weights: 'teacher' | 'student';
  steps?: number | undefined;
  sampler: SamplerName;
  eta: number;
  seed: number;
  noiseAlpha?: number | undefined;
  frames: number;
  width?: number | undefined;
  height?: number | undefined;
  strength: number;
  inversion: boolean;
  /** Generation by a model that plans motion: lays the subject's own pixels over the finished frames. */
  ownPixels: boolean;
  /** How much of the drawn place's light falls on those pixels, 0 to 1. */
  placeLight: number;
  /** Generation: pixels along the longer side of the finished frames, where that is more than the model's. */
  finishSide?: number | undefined;
  featherPixels: number;
  overlapFrames: number;
}

/** Parameters with the model's own values filled in and checked against what the model can do. */
export interface ResolvedParameters extends TakeParameters {
  guidance: { text: number; image: number };
  noiseAlpha: number;
  steps: number;
  width: number;
  height: number;
  /** Frames of the longest window the model was trained with, or fewer when the take is shorter. */
  windowFrames: number;
}

/**
 * Fills in what the user left to the model.
 * @param source size of the clip for an edit, whose shape the canvas then follows; absent for generation.
 * Throws usage errors that name the nearest possible value.
 */
export function resolveParameters(
  model: Model,
  parameters: TakeParameters,
  totalFrames: number,
  source?: { width: number; height: number },
): ResolvedParameters {
  const { description } = model;
  const student = description.student;
  if (parameters.weights === 'student' && !student) {
    throw new StudioError('model-mismatch', `${description.title} has no few-step student.`, {
      hint: 'Use the full model: weights "teacher".',
    });
  }
  if (parameters.inversion && parameters.sampler !== 'ddim') {
    throw new StudioError('usage', `Inversion works with the sampler "ddim", not with "${parameters.sampler}".`, {
      hint: 'Choose ddim, or switch inversion off.',
    });
  }
  const isStudent = parameters.weights === 'student';
  const ownGuidance = isStudent && student?.guidanceDistilled ? { text: 1, image: 1 } : description.guidance;
  const own = source ? canvasFor(model, source) : { width: description.width, height: description.height };
  const resolved = {
    ...parameters,
    guidance: parameters.guidance ?? ownGuidance,
    noiseAlpha: parameters.noiseAlpha ?? description.noiseAlpha,
    steps: parameters.steps ?? (isStudent && student ? student.steps : description.steps),
    width: parameters.width ?? own.width,
    height: parameters.height ?? own.height,
    windowFrames: Math.min(totalFrames, Math.max(...description.frames)),
  };
  for (const side of ['width', 'height'] as const) {
    const factor = description.vae.factor;
    if (resolved[side] % factor !== 0) {
      const nearest = Math.max(factor, Math.round(resolved[side] / factor) * factor);
      throw new StudioError(
        'usage',
        `The ${side} ${resolved[side]} is not a multiple of ${factor}; the nearest that is: ${nearest}.`,
      );
    }
  }
  return resolved;
}

/** A canvas of the clip's shape and about the model's own area, in steps that every level of the UNet divides evenly. */
function canvasFor(model: Model, source: { width: number; height: number }): { width: number; height: number } {
  const { width, height, vae, unet } = model.description;
  const step = vae.factor * unet.sizeMultiple;
  const ratio = source.width / source.height;
  const toStep = (length: number): number => Math.max(step, Math.round(length / step) * step);
  return { width: toStep(Math.sqrt(width * height * ratio)), height: toStep(Math.sqrt((width * height) / ratio)) };
}

/** The size at which a take from a picture is finished: the canvas, enlarged so far that its longer side is as wanted. */
export function finishedSize({ width, height, finishSide }: ResolvedParameters): Size {
  const scale = Math.max(1, (finishSide ?? 0) / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** Latents of `frames` frames of a take. */
export function latentShape(
  { description: { vae } }: Pick<Model, 'description'>,
  { width, height }: Pick<ResolvedParameters, 'width' | 'height'>,
  frames: number,
): LatentShape {
  return { channels: vae.latentChannels, frames, height: height / vae.factor, width: width / vae.factor };
}
