import type { Model } from '../model/model.ts';
import { makeTake } from './makeTake.ts';
import type { Retake } from './retake/retake.ts';
import { type ClipSource, clipTrack } from './subject/clipTrack.ts';
import type { Opening } from './takeConditions.ts';
import type { RunContext, TakeEvent } from './takeEvents.ts';
import { resolveParameters, type TakeParameters } from './takeParameters.ts';

/** A clip, masks, and what should be different. */
export interface EditRequest {
  clip: ClipSource;
  parameters: TakeParameters;
  /** Identifies the inputs (content hashes) for resuming. */
  inputsKey: string;
  /** Makes only this of a take of the clip anew. */
  retake?: Retake | undefined;
}

/**
 * Changes a clip where the mask allows and the prompt says. The task differs from generation in one thing (MagDiff, section 3.1):
 * every frame is open, each carrying the region to keep as "the subject": the subject itself, or everything but the subject. What
 * is kept is then laid over the result exactly, byte for byte, outside a feather band of made pixels.
 */
export async function* editVideo(
  model: Model,
  request: EditRequest,
  context: RunContext,
): AsyncGenerator<TakeEvent, void, undefined> {
  yield* makeTake(model, openEdit(model, request, context), context);
}

/** What an edit opens its take with. */
export function openEdit(
  model: Model,
  { clip, parameters: wanted, inputsKey, retake }: EditRequest,
  context: RunContext,
): Opening {
  const { frames } = clip;
  const parameters = resolveParameters(model, wanted, frames, clip);
  const track = clipTrack({ clip, inputsKey }, parameters, context.signal);
  return { parameters, frames, inputsKey, track, retake };
}
