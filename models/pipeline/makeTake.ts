import type { LatentShape } from '../math/frames.ts';
import type { Model } from '../model/model.ts';
import { progressOf } from '../progress/progress.ts';
import { decodeVideo } from './decoding/decodeVideo.ts';
import { sampleLongClip } from './sampling/sampleLongClip.ts';
import type { SampledStep } from './sampling/sampleVideo.ts';
import { loadLatents, requestKey, saveLatents } from './savedLatents.ts';
import { encodeConditions, type Opening } from './takeConditions.ts';
import type { RunContext, TakeEvent } from './takeEvents.ts';
import { latentShape } from './takeParameters.ts';

/**
 * Makes a take: conditions, sampling, decoding, compositing. SDA and HFA come from the subject track, APA is in the network. Yields every
 * step and every finished frame, in order; throws CancelledError within one step of the signal.
 */
export async function* makeTake(
  model: Model,
  opening: Opening,
  context: RunContext,
): AsyncGenerator<TakeEvent, void, undefined> {
  const { track, frames, parameters } = opening;
  const shape = latentShape(model, parameters, frames);
  const latents = context.decodeOnly
    ? await loadLatents(context.store, shape)
    : yield* sampleLatents(model, opening, shape, context);
  const finished = track.finish(decodeVideo(model, latents, shape, context));
  let step = 0;
  for await (const picture of finished)
    yield { kind: 'progress', progress: progressOf('decoding', { step: ++step, total: frames }), picture };
}

/** Conditions and sampling; the latents are saved before anything is decoded, so that a failing decoder costs nothing. */
async function* sampleLatents(
  model: Model,
  opening: Opening,
  shape: LatentShape,
  context: RunContext,
): AsyncGenerator<TakeEvent, Float32Array, undefined> {
  const { parameters, inputsKey } = opening;
  const { store, signal } = context;
  yield { kind: 'progress', progress: progressOf('encoding') };
  const { windowConditions, source } = yield* encodeConditions(model, opening, context);
  const key = requestKey({ inputs: inputsKey, parameters, model: await model.modelHash() });
  const { scheduler } = model.description;
  const sampling = sampleLongClip(
    model,
    { ...parameters, shape, scheduler, source, store, key, signal },
    (window, opening, frames) =>
      model.conditions.predictor({ ...parameters, windowFrames: frames }, windowConditions(window, opening)),
  );
  const latents = yield* reportSteps(sampling, shape);
  await saveLatents(store, latents, shape);
  return latents;
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
