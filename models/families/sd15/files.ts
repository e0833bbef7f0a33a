import { basename, join } from 'node:path';
import type { ModelFiles } from '../../model/family.ts';
import { clipMean, clipStd, type Manifest } from '../../model/manifest.ts';
import type { PartFiles } from '../../model/networkTable.ts';
import { readPart } from '../partFolder.ts';
import { openParts, type SetPart, type SetParts } from './openParts.ts';
import { filesOfSet, type ModelSet, plannerFolder, readSet } from './setFile.ts';

/** Size that Stable Diffusion 1.5 was trained at, and frames a motion module was. */
const nativeSize = 512;
const nativeFrames = 16;

/** What a set says about itself, its files unread. */
export async function readSetManifest(folder: string): Promise<Manifest> {
  return manifestOf(await readSet(folder));
}

function manifestOf(set: ModelSet, tokensPerFrame = 4): Manifest {
  const guidance = set.recipe?.guidance ?? 7.5;
  return {
    format: 'magdiff-folder',
    version: 1,
    name: set.name,
    title: set.name,
    width: set.width ?? nativeSize,
    height: set.height ?? nativeSize,
    frames: set.motion ? [nativeFrames] : [1],
    framesPerSecond: 8,
    text: { hiddenLayer: 'last' },
    image: {
      size: 224,
      mean: [...clipMean],
      std: [...clipStd],
      colourOrder: 'rgb',
      resample: 'bicubic',
      hiddenLayer: 'last',
      tokensPerFrame,
    },
    subject: {
      otherFrames: set.planner !== undefined && set.subject === 'planned' ? 'planned' : othersOf[set.subject],
    },
    hfa: { kind: 'single', scales: [1] },
    // Both branches of classifier-free guidance at once, as this family's pipelines do: no prompt, no picture.
    guidance: { text: guidance, image: guidance },
    noiseAlpha: 0,
    steps: set.recipe?.steps ?? 25,
    ...(set.recipe ? { sampler: set.recipe.sampler } : {}),
    student: null,
    latentToRgb: null,
  };
}

/** What the frames after the first see of a picture's subject, where no plan says. */
const othersOf = { planned: 'repeat', repeat: 'repeat', first: 'black' } as const;

/** Reads a set's files, headers alone. What does not go together is an error naming it. */
export async function readSetFiles(folder: string): Promise<ModelFiles> {
  const set = await readSet(folder);
  const opened = await openParts(filesOfSet(folder, set));
  const parts = partsOf(set, opened);
  const planner = plannerFolder(folder, set);
  const planned = planner && (await readPart(join(planner, 'motion_planner')));
  if (planned) parts.set('motion_planner', planned);
  return {
    folder,
    manifest: manifestOf(set, opened.projector?.tokens),
    parts,
    tokenizerFolder: planned && planner ? join(planner, 'tokenizer') : '',
    scheduler: schedulerOf(set),
    missing: [],
    strayKeys: [],
    notes: opened.loras.filter(({ fitted, modules }) => fitted === modules).map(({ sentence }) => sentence),
    warnings: opened.loras.filter(({ fitted, modules }) => fitted < modules).map(({ sentence }) => sentence),
  };
}

/** AnimateDiff's modules were trained on the schedule diffusers calls linear, the picture model on its scaled one. */
const schedulerOf = ({ motion, betaSchedule }: ModelSet): Readonly<Record<string, unknown>> => ({
  _class_name: 'DDIMScheduler',
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: betaSchedule ?? (motion ? 'linear' : 'scaled_linear'),
  prediction_type: 'epsilon',
  timestep_spacing: 'leading',
  steps_offset: 1,
  set_alpha_to_one: true,
});

function partsOf(
  set: ModelSet,
  { unet, text, vae, preview, vision, projector, motionJson }: SetParts,
): Map<string, PartFiles> {
  const part = (
    { json, label, weights }: SetPart<unknown>,
    more: Readonly<Record<string, unknown>> = {},
  ): PartFiles => ({
    config: { ...Object(json), ...more },
    configLabel: label,
    weights,
  });
  const parts = new Map<string, PartFiles>();
  parts.set('unet', part(unet, { motion_module: motionJson, image_adapter: projector !== undefined }));
  parts.set('text_encoder', part(text, { clip_skip: set.clipSkip }));
  parts.set('vae', part(vae));
  if (preview) parts.set('preview_decoder', part(preview));
  if (vision && projector) {
    const answer = projector.kind === 'plus' ? 'tokens' : 'embedding';
    parts.set('image_encoder', part(vision, { adapter_answer: answer, key_naming: vision.config.naming }));
    parts.set('image_adapter', {
      config: projector.json,
      configLabel: basename(projector.weights.label),
      weights: projector.weights,
    });
  }
  return parts;
}
