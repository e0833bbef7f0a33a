import { StudioError } from '../errors/studioError.ts';
import { movesOverFrames } from '../lanes/weightsOverTime.ts';
import type { LatentShape } from '../math/frames.ts';
import type { Model } from '../model/model.ts';
import { progressOf } from '../progress/progress.ts';
import { decodeVideo } from './decoding/decodeVideo.ts';
import { heldOfTake, layOver } from './retake/retake.ts';
import type { PlaceShare } from './sampling/onePlace.ts';
import { sampleLongClip } from './sampling/sampleLongClip.ts';
import type { SampledStep } from './sampling/sampleVideo.ts';
import { loadLatents, requestKey, saveLatents } from './savedLatents.ts';
import { encodeConditions, type Opening } from './takeConditions.ts';
import type { RunContext, TakeEvent } from './takeEvents.ts';
import { latentShape, type TakeParameters } from './takeParameters.ts';

/**
 * Makes a take: conditions, sampling, decoding, compositing. SDA and HFA come from the subject track, APA is in the network. Yields every
 * step and every finished frame, in order (those of its range alone, where a take is made anew in part); throws CancelledError within one
 * step of the signal.
 */
export async function* makeTake(
  model: Model,
  opening: Opening,
  context: RunContext,
): AsyncGenerator<TakeEvent, void, undefined> {
  const { track, frames, parameters, retake } = opening;
  const shape = latentShape(model, parameters, frames);
  const latents = context.decodeOnly
    ? await loadLatents(context.store, shape)
    : yield* sampleLatents(model, opening, shape, context);
  const [first, end] = retake ? [retake.firstFrame, retake.endFrame] : [0, frames];
  yield { kind: 'progress', progress: progressOf('decoding') };
  const finished = track.finish(decodeVideo(model, latents, shape, context, { first, end }), first);
  let step = 0;
  for await (const picture of retake ? layOver(retake, finished) : finished)
    yield { kind: 'progress', progress: progressOf('decoding', { step: ++step, total: end - first }), picture };
}

/** Conditions and sampling; the latents are saved before anything is decoded, so that a failing decoder costs nothing. */
async function* sampleLatents(
  model: Model,
  opening: Opening,
  shape: LatentShape,
  context: RunContext,
): AsyncGenerator<TakeEvent, Float32Array, undefined> {
  const { parameters, inputsKey } = opening;
  const { store, signal, tell } = context;
  await requireLoras(model, parameters);
  yield { kind: 'progress', progress: progressOf('encoding') };
  const { windowConditions, source, place } = yield* encodeConditions(model, opening, context);
  // Loading the network belongs to the first step.
  yield { kind: 'progress', progress: progressOf('denoising') };
  const key = requestKey({ inputs: inputsKey, parameters, model: await model.modelHash() });
  const { scheduler } = model.description;
  const held = opening.retake && (await heldOfTake(model, opening.retake, opening.frames, parameters));
  const onWindow = (step: number, total: number) => tell?.(progressOf('denoising', { step, total }));
  const sampling = sampleLongClip(
    model,
    {
      ...{ ...parameters, shape, scheduler, source, store, key, signal },
      ...{ place: steadyPlace(opening, place), held, onWindow },
    },
    (window, opening, frames) =>
      model.conditions.predictor({ ...parameters, windowFrames: frames }, windowConditions(window, opening)),
  );
  const latents = yield* reportSteps(sampling, shape);
  await saveLatents(store, latents, shape);
  return latents;
}

/** A lane moves a LoRA that the model has. @throws StudioError `model-missing` naming it and what there is */
async function requireLoras({ conditions, description }: Model, { overTime }: TakeParameters): Promise<void> {
  if (overTime.loras.length === 0) return;
  const names = (await conditions.loraNames?.()) ?? [];
  const missing = overTime.loras.find(({ lora }) => !names.some((name) => name.toLowerCase() === lora.toLowerCase()));
  if (!missing) return;
  throw new StudioError(
    'model-missing',
    `A lane moves the LoRA “${missing.lora}”, which ${description.title} does not have.`,
    {
      hint:
        names.length > 0
          ? `It has ${names.join(', ')}.`
          : 'Take the lane away, or choose a Stable Diffusion set with that LoRA.',
    },
  );
}

/** Where the place is to be one through all windows: not where a lane over the frames changes it on purpose. */
function steadyPlace({ parameters }: Opening, place: PlaceShare | undefined): PlaceShare | undefined {
  return movesOverFrames(parameters.overTime) ? undefined : place;
}

/** Passes the steps of a sampling run on as events and returns the finished latents. */
async function* reportSteps(
  sampling: AsyncGenerator<SampledStep, Float32Array, undefined>,
  { height, width }: LatentShape,
): AsyncGenerator<TakeEvent, Float32Array, undefined> {
  let result = await sampling.next();
  while (!result.done) {
    const { step, total, denoised, window } = result.value;
    const estimate = { denoised, window, height, width };
    yield { kind: 'progress', progress: progressOf('denoising', { step, total }), estimate };
    result = await sampling.next();
  }
  return result.value;
}
