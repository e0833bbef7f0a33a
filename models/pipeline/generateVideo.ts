import type { FloatTensor } from '../math/tensor.ts';
import { laySubject } from './composite.ts';
import { encodeImageTokens, encodeSubjectLatents } from './conditions.ts';
import { decodeVideo } from './decodeVideo.ts';
import type { LatentShape } from './guidedPredictor.ts';
import { forgetful } from './memory.ts';
import type { MagDiffModel } from './modelParts.ts';
import {
  type Pose,
  planMotion,
  poseAt,
  poseSubject,
  restingPose,
  type SubjectStart,
  subjectStart,
} from './motionPlan.ts';
import { checkMaskFills, checkMaskShape, contain, type Mask, maskFill, type Picture } from './picture.ts';
import { sampleVideo } from './sampleVideo.ts';
import { alignSubject, blackFrame, type CutOut } from './subjectAlignment.ts';
import { type ResolvedParameters, resolveParameters, type TakeParameters } from './takeParameters.ts';
import {
  encodeText,
  latentShape,
  type PipelineEvent,
  type RunContext,
  reportSteps,
  samplingOptions,
  saveLatents,
  type TakeConditions,
  windowPredictors,
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
 * SDA cuts the subject out; its image tokens and its latents condition the first frame. The frames after it are open to the text; a
 * model with a motion planner is given the cut-out in them too, where the plan made from the sentence puts it. APA weighs text
 * against image in every cross-attention; HFA feeds the subject's latents to every step. Yields every step and every decoded frame,
 * in order; throws CancelledError within one step of the signal.
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

  // SDA: the subject on black, where the plan has it; the other frames are black images.
  const { remember = forgetful } = context;
  const seen = JSON.stringify([request.inputsKey, parameters.sda, width, height]);
  const posing = await poseFrames(model, request, parameters, context);
  const { poses, posed } = posing;
  const planned = JSON.stringify([seen, poses]);
  const cutOuts = ['black' as const, ...poses.frames];
  const [blackTokens, ...frameTokens] = await remember(`image tokens ${planned}`, () =>
    encodeImageTokens(
      model,
      cutOuts.map((pose) => posed(pose, width, height)),
    ),
  );

  // HFA: the subject's latents at every step; frames without a cut-out repeat the first's or stay black, as the model was trained.
  const [blackSubject, ...frameSubjects] = await remember(`subject latents ${planned}`, () =>
    encodeSubjectLatents(model, cutOuts, posed, width, height),
  );
  const isPlanned = poses.frames.length > 1;
  const subject = frameSubjects[0];
  const others = model.description.otherFrames === 'repeat' ? subject : blackSubject;
  const tokensOf = (frame: number, isFirst: boolean): FloatTensor =>
    isPlanned ? frameTokens[frame] : isFirst ? frameTokens[0] : blackTokens;
  const subjectOf = (frame: number, isFirst: boolean): Float32Array =>
    isPlanned ? frameSubjects[frame] : isFirst ? subject : others;

  // APA: text states and image tokens, weighed layer by layer in the network.
  const text = yield* encodeText(model, context, parameters);
  const conditionsOf = (firstFrames: ReadonlySet<number>): TakeConditions => ({
    ...text,
    key: JSON.stringify([planned, parameters.prompt, parameters.negativePrompt, totalFrames]),
    blackTokens,
    blackSubject,
    imageTokens: Array.from({ length: totalFrames }, (_, i) => tokensOf(i, firstFrames.has(i))),
    subject: Array.from({ length: totalFrames }, (_, i) => subjectOf(i, firstFrames.has(i))),
  });

  const options = await samplingOptions(model, parameters, shape, request.inputsKey, context);
  const sampling = sampleVideo(options, async (window) =>
    (await windowPredictors(model, parameters, conditionsOf(new Set([window.start])), remember))(window),
  );
  const latents = yield* reportSteps(sampling, shape);

  await saveLatents(context.store, latents, shape);
  yield* decodePosed(model, parameters, posing, latents, shape, context);
}

/**
 * Decodes a generation's latents and, where its motion was planned, lays the subject's own pixels over each frame. Can be run alone, to
 * decode again: the plan is made anew from the same seed.
 */
export async function* decodeGeneration(
  model: MagDiffModel,
  request: GenerateRequest,
  latents: Float32Array,
  shape: LatentShape,
  context: RunContext,
): AsyncGenerator<PipelineEvent, void, undefined> {
  const parameters = resolveParameters(model, request.parameters, shape.frames);
  yield* decodePosed(model, parameters, await poseFrames(model, request, parameters, context), latents, shape, context);
}

async function* decodePosed(
  model: MagDiffModel,
  { sda, ownPixels }: ResolvedParameters,
  { poses, posed }: Awaited<ReturnType<typeof poseFrames>>,
  latents: Float32Array,
  shape: LatentShape,
  context: RunContext,
): AsyncGenerator<PipelineEvent, void, undefined> {
  const lays = poses.frames.length > 1 && sda && ownPixels;
  let frameIndex = 0;
  for await (const made of decodeVideo(model, latents, shape, context)) {
    const picture = lays ? laySubject(posed(poses.frames[frameIndex], made.width, made.height), made) : made;
    yield { stage: 'decoding', frameIndex: frameIndex++, total: shape.frames, picture };
  }
}

/** The subject's pose in every frame, and its cut-out in any pose at any canvas size. */
async function poseFrames(
  model: MagDiffModel,
  { picture, mask }: GenerateRequest,
  parameters: ResolvedParameters,
  context: RunContext,
) {
  const { sda, width, height } = parameters;
  const view = (canvasWidth: number, canvasHeight: number): CutOut => {
    const placement = contain(picture, canvasWidth, canvasHeight);
    return alignSubject({ picture, mask, placement }, canvasWidth, canvasHeight, { sda });
  };
  const poses = await planPoses(model, parameters, parameters.frames, view(width, height), context);
  // The cut-out at twice the canvas is what moved frames are read from.
  const large = new Map<string, CutOut>();
  const posed = (pose: Pose | 'black', canvasWidth: number, canvasHeight: number): CutOut => {
    if (pose === 'black') return blackFrame(canvasWidth, canvasHeight);
    if (pose === restingPose) return view(canvasWidth, canvasHeight);
    const size = `${canvasWidth}×${canvasHeight}`;
    const source = large.get(size) ?? view(2 * canvasWidth, 2 * canvasHeight);
    large.set(size, source);
    return poseSubject(source, poses.start, pose, canvasWidth, canvasHeight);
  };
  return { poses, posed };
}

/** The pose of the subject in every frame: one at rest where the model plans none. */
async function planPoses(
  model: MagDiffModel,
  { prompt, seed }: ResolvedParameters,
  frames: number,
  cutOut: CutOut,
  { tokenizer, remember = forgetful }: RunContext,
): Promise<{ start: SubjectStart; frames: readonly Pose[] }> {
  const start = subjectStart(cutOut.mask);
  if (model.description.otherFrames !== 'planned' || frames === 1 || !start) {
    return { start: start ?? { right: 0, down: 0, extent: 1 }, frames: [restingPose] };
  }
  const path = await remember(JSON.stringify(['motion', prompt, seed, start]), () =>
    planMotion(model, tokenizer, prompt, start, seed),
  );
  const rest = Array.from({ length: frames - 1 }, (_, i) => poseAt(path, (i + 1) / (frames - 1)));
  return { start, frames: [restingPose, ...rest] };
}
