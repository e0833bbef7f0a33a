import { encodeImageTokens, encodeSubjectLatents } from './conditions.ts';
import { decodeVideo } from './decodeVideo.ts';
import { forgetful } from './memory.ts';
import type { MagDiffModel } from './modelParts.ts';
import { checkMaskFills, checkMaskShape, contain, type Mask, maskFill, type Picture } from './picture.ts';
import { sampleVideo } from './sampleVideo.ts';
import { alignSubject, blackFrame } from './subjectAlignment.ts';
import { resolveParameters, type TakeParameters } from './takeParameters.ts';
import {
  encodeText,
  latentShape,
  type PipelineEvent,
  type RunContext,
  reportSteps,
  samplingOptions,
  saveLatents,
  type TakeConditions,
  windowDenoisers,
} from './takeRun.ts';

/** A picture, the mask of its subject, and what should happen. */
export interface GenerateRequest {
  picture: Picture;
  mask: Mask;
  parameters: TakeParameters;
  /** Identifies the inputs (content hashes) for resuming. */
  inputsKey: string;
}

/**
 * Makes a video in which the picture's subject does what the prompt says (MagDiff, figure 2).
 *
 * SDA cuts the subject out; its image tokens and its latents condition the first frame, the frames after it are open to the text.
 * APA weighs text against image in every cross-attention; HFA feeds the subject's latents to every step. Yields every step and
 * every decoded frame, in order; throws CancelledError within one step of the signal.
 */
export async function* generateVideo(
  model: MagDiffModel,
  request: GenerateRequest,
  context: RunContext,
): AsyncGenerator<PipelineEvent, void, undefined> {
  checkMaskShape(request.picture, request.mask, 'the picture');
  checkMaskFills([maskFill(request.mask)], 'the picture');
  const totalFrames = request.parameters.frames;
  const parameters = resolveParameters(model, request.parameters, totalFrames);
  const { width, height } = parameters;
  const shape = latentShape(model, parameters, totalFrames);
  yield { stage: 'encoding' };

  // SDA: the subject on black; the other frames are black images.
  const view = (canvasWidth: number, canvasHeight: number) =>
    alignSubject(
      { ...request, placement: contain(request.picture, canvasWidth, canvasHeight) },
      canvasWidth,
      canvasHeight,
      {
        sda: parameters.sda,
      },
    );
  const { remember = forgetful } = context;
  const seen = JSON.stringify([request.inputsKey, parameters.sda, width, height]);
  const [subjectTokens, blackTokens] = await remember(`image tokens ${seen}`, () =>
    encodeImageTokens(model, [view(width, height), blackFrame(width, height)]),
  );

  // HFA: the subject's latents at every step; frames without a cut-out repeat the first's or stay black, as the model was trained.
  const [subject, blackSubject] = await remember(`subject latents ${seen}`, () =>
    encodeSubjectLatents(
      model,
      ['subject', 'black'] as const,
      (frame, canvasWidth, canvasHeight) =>
        frame === 'subject' ? view(canvasWidth, canvasHeight) : blackFrame(canvasWidth, canvasHeight),
      width,
      height,
    ),
  );
  const others = model.description.otherFrames === 'repeat' ? subject : blackSubject;

  // APA: text states and image tokens, weighed layer by layer in the network.
  const text = yield* encodeText(model, context, parameters);
  const conditionsOf = (firstFrames: ReadonlySet<number>): TakeConditions => ({
    ...text,
    key: JSON.stringify([seen, parameters.prompt, parameters.negativePrompt, totalFrames]),
    blackTokens,
    blackSubject,
    imageTokens: Array.from({ length: totalFrames }, (_, i) => (firstFrames.has(i) ? subjectTokens : blackTokens)),
    subject: Array.from({ length: totalFrames }, (_, i) => (firstFrames.has(i) ? subject : others)),
  });

  const options = await samplingOptions(model, parameters, shape, request.inputsKey, context);
  const sampling = sampleVideo(options, async (window) =>
    (await windowDenoisers(model, parameters, conditionsOf(new Set([window.start])), remember))(window),
  );
  const latents = yield* reportSteps(sampling, shape);

  await saveLatents(context.store, latents, shape);
  let frameIndex = 0;
  for await (const picture of decodeVideo(model, latents, shape, context)) {
    yield { stage: 'decoding', frameIndex: frameIndex++, total: totalFrames, picture };
  }
}
