import { z } from 'zod';
import { samplerNames } from '../takeSettings.ts';

/** What a model with APA learned: mean α over its cross-attention layers, which the sliders' 1.0 stands for, and each layer's. */
export const learnedAlpha = z.strictObject({
  text: z.number(),
  image: z.number(),
  /** By module path, in the network's order. */
  layers: z.array(z.strictObject({ name: z.string(), text: z.number(), image: z.number() })),
});

/** See {@link learnedAlpha}. */
export type LearnedAlpha = z.output<typeof learnedAlpha>;

/** A model the studio can run, with what the inspector needs to know. */
export const modelView = z.strictObject({
  id: z.string(),
  title: z.string(),
  licence: z.string(),
  width: z.int(),
  height: z.int(),
  frames: z.array(z.int()),
  framesPerSecond: z.number(),
  steps: z.int(),
  guidance: z.strictObject({ text: z.number(), image: z.number() }),
  noiseAlpha: z.number(),
  studentSteps: z.int().nullable(),
  /** Sampler it was made for, where it was made for one; its steps and guidance go with that. */
  sampler: z.enum(samplerNames).nullable(),
  /** Whether it plans the subject's path first; then the subject's own pixels can be laid over the frames. */
  plansMotion: z.boolean(),
  learnedAlpha: learnedAlpha.nullable(),
  /** Its LoRAs, as prompts and lanes call them, and the strength each has by itself. */
  loras: z.array(z.strictObject({ name: z.string(), weight: z.number() })),
});

/** See {@link modelView}. */
export type ModelView = z.output<typeof modelView>;
