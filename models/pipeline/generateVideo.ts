import type { Model } from '../model/model.ts';
import { makeTake } from './makeTake.ts';
import type { Retake } from './retake/retake.ts';
import { checkMaskFills, checkMaskShape, type Mask, maskFill, type Picture } from './subject/picture.ts';
import { pictureTrack } from './subject/pictureTrack.ts';
import type { Opening } from './takeConditions.ts';
import type { RunContext, TakeEvent } from './takeEvents.ts';
import { resolveParameters, type TakeParameters } from './takeParameters.ts';

/** A picture, the mask of its subject, and what should happen. */
export interface GenerateRequest {
  picture: Picture;
  mask: Mask;
  parameters: TakeParameters;
  /** Identifies the inputs (content hashes) for resuming. */
  inputsKey: string;
  /** Makes only this of a take of the picture anew. */
  retake?: Retake | undefined;
}

/**
 * Makes a video in which the picture's subject does what the prompt says (MagDiff, figure 2).
 *
 * SDA cuts the subject out; its image tokens and its latents condition the first frame. The frames after it are open to the text; a
 * model with a motion planner is given the cut-out in them too, where the plan made from the sentence puts it.
 */
export async function* generateVideo(
  model: Model,
  request: GenerateRequest,
  context: RunContext,
): AsyncGenerator<TakeEvent, void, undefined> {
  yield* makeTake(model, await openGeneration(model, request, context), context);
}

/** What a generation opens its take with. @throws StudioError for a mask that does not fit, is empty or full */
export async function openGeneration(
  model: Model,
  { picture, mask, parameters: wanted, inputsKey, retake }: GenerateRequest,
  context: RunContext,
): Promise<Opening> {
  checkMaskShape(picture, mask, 'the picture');
  checkMaskFills([maskFill(mask)], 'the picture');
  const { frames } = wanted;
  const parameters = resolveParameters(model, wanted, frames);
  const track = await pictureTrack(
    model,
    { picture, mask, inputsKey, motion: retake?.motion ?? { prompt: parameters.prompt, seed: parameters.seed } },
    parameters,
    context.remember,
  );
  return { parameters, frames, inputsKey, track, retake };
}
