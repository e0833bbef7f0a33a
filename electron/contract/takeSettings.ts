import { z } from 'zod';
import { laneCurves, stepEases } from '../../models/lanes/weightsOverTime.ts';

/** Samplers the pipeline knows, by the names their papers use. */
export const samplerNames = [
  'ddim',
  'dpmpp-2m',
  'unipc',
  'euler',
  'euler-trailing',
  'euler-ancestral',
  'lcm',
  'tcd',
] as const;

/** Execution providers, best first where several are present. */
export const providerNames = ['cuda', 'directml', 'coreml', 'webgpu', 'cpu'] as const;

const alphaMultiplier = z.number().min(0).max(4);

const hfaStrength = z.number().min(0).max(2);

const loraStrength = z.number().min(-10).max(10);

/** Keys of a lane over the frames of a take, in ascending frames. */
const lane = (value: z.ZodNumber) =>
  z
    .array(z.strictObject({ frame: z.int().min(0).max(100_000), value, curve: z.enum(laneCurves).default('linear') }))
    .max(1000)
    .refine((keys) => keys.every(({ frame }, index) => index === 0 || frame > (keys[index - 1]?.frame ?? -1)), {
      message: 'keys are in ascending frames, one a frame',
    })
    .default([]);

/** A factor over the steps of a run. */
const stepCurve = z.strictObject({
  start: z.number().min(0).max(4),
  end: z.number().min(0).max(4),
  ease: z.enum(stepEases).default('linear'),
});

/**
 * One stretch of an α schedule: within the given part of the sampling steps and the given layers, the multipliers here
 * take the place of the global ones. Fractions of the steps, from inclusive, to exclusive.
 */
export const alphaSpan = z.strictObject({
  fromStep: z.number().min(0).max(1),
  toStep: z.number().min(0).max(1),
  /** Start of the module path of the layers meant, such as `up_blocks.1` or `mid_block`; absent: every layer. */
  layers: z.string().max(200).optional(),
  text: alphaMultiplier,
  image: alphaMultiplier,
});

/**
 * Every knob of a take except its inputs (pictures, clips, masks): the part a user moves in the inspector and a recipe records.
 * Together with the inputs and the model's hash it determines the latents bit for bit on the same provider.
 */
export const takeSettings = z.strictObject({
  /** `generate`: a picture's subject moves as the prompt says. `edit`: a clip keeps its subject or everything but its subject. */
  task: z.enum(['generate', 'edit']),
  /** What an edit keeps exactly; ignored by `generate`. */
  keep: z.enum(['subject', 'rest']).default('subject'),
  prompt: z.string().max(4000),
  negativePrompt: z.string().max(4000).default(''),
  /** APA: multipliers on the learned per-layer α (1 = as trained); `equal` fixes both weights to one for every layer first. */
  alpha: z
    .strictObject({
      mode: z.enum(['learned', 'equal']).default('learned'),
      text: alphaMultiplier.default(1),
      image: alphaMultiplier.default(1),
      schedule: z.array(alphaSpan).max(64).default([]),
      layers: z
        .array(z.strictObject({ layers: z.string().min(1).max(200), text: alphaMultiplier, image: alphaMultiplier }))
        .max(128)
        .default([]),
    })
    .prefault({}),
  /** How weights move: lanes over the take's frames, in the number's place; factors over the steps; each LoRA by its name in prompts. */
  overTime: z
    .strictObject({
      frames: z
        .strictObject({
          textAlpha: lane(alphaMultiplier),
          imageAlpha: lane(alphaMultiplier),
          hfaStrength: lane(hfaStrength),
        })
        .prefault({}),
      steps: z
        .strictObject({
          textAlpha: stepCurve.optional(),
          imageAlpha: stepCurve.optional(),
          hfaStrength: stepCurve.optional(),
        })
        .prefault({}),
      loras: z
        .array(z.strictObject({ lora: z.string().min(1).max(200), keys: lane(loraStrength) }))
        .max(32)
        .default([]),
    })
    .prefault({}),
  /** SDA: the image condition is the subject cut out by its mask; off: the full frame, as in the paper's ablation. */
  sda: z.boolean().default(true),
  /** What is done to what the model sees of a subject that is noisy or hardly stands out; the take's own pixels stay as they are. */
  prepare: z
    .strictObject({
      denoise: z.boolean().default(false),
      levels: z.boolean().default(false),
      outline: z.boolean().default(false),
    })
    .prefault({}),
  /** HFA: the subject's latents at every step, times `strength`; off: black latents. */
  hfa: z.strictObject({ enabled: z.boolean().default(true), strength: hfaStrength.default(1) }).prefault({}),
  /** Classifier-free guidance. Absent: the model's own values. The image scale is a third branch, skipped at exactly 1. */
  guidance: z.strictObject({ text: z.number().min(1).max(30), image: z.number().min(0).max(30).default(1) }).optional(),
  /** `student`: the few-step weights where the model has them. */
  weights: z.enum(['teacher', 'student']).default('teacher'),
  /** Sampling steps; absent: the model's own number for the weights in use. */
  steps: z.int().min(1).max(1000).optional(),
  sampler: z.enum(samplerNames).default('ddim'),
  /** Stochasticity of DDIM, 0 deterministic to 1 ancestral. */
  eta: z.number().min(0).max(1).default(0),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /** Share of the noise that all frames have in common (progressive noise prior), 0 none to 1 all; absent: the model's own. */
  noiseAlpha: z.number().min(0).max(1).optional(),
  /** Frames of the take for `generate`; an edit has the frames of its range. */
  frames: z.int().min(1).max(512).default(8),
  /** Size the model works at, in pixels; absent: the model's own. */
  width: z.int().min(8).max(4096).optional(),
  height: z.int().min(8).max(4096).optional(),
  /** Edits: share of the schedule that is sampled, 1 from pure noise to 0 nothing. */
  strength: z.number().min(0).max(1).default(1),
  /** Edits: start from the DDIM inversion of the clip instead of noised latents. */
  inversion: z.boolean().default(false),
  /** Generation by a model that plans motion: the subject's own pixels are laid over the finished frames, where the plan puts them. */
  ownPixels: z.boolean().default(true),
  /** How much of the drawn place's light falls on those pixels. */
  placeLight: z.number().min(0).max(1).default(0),
  /** Generation: pixels along the longer side of the finished frames, where that is more than the model's own; absent: the model's own. */
  finishSide: z.int().min(8).max(2048).optional(),
  /** Width in source pixels of the band at the mask's edge in which kept and made are mixed; 0 is a hard edge. */
  featherPixels: z.number().min(0).max(512).default(4),
  /** Frames shared by neighbouring windows of a video longer than the model's window. */
  overlapFrames: z.int().min(0).max(64).default(4),
  /** Frames per second of a generated take; absent: the model's own. */
  framesPerSecond: z.number().min(1).max(240).optional(),
});

/** See {@link takeSettings}; every default filled in. */
export type TakeSettings = z.output<typeof takeSettings>;
