import { CancelledError } from '../errors/studioError.ts';
import { resample } from '../math/resample.ts';
import { compositeKept, keepShare } from './composite.ts';
import { encodeImageTokens, encodeLatents, encodeSubjectLatents, pyramidSizes } from './conditions.ts';
import { decodeVideo } from './decodeVideo.ts';
import type { LatentShape } from './guidedPredictor.ts';
import { forgetful } from './memory.ts';
import type { MagDiffModel } from './modelParts.ts';
import {
  checkMaskFills,
  checkMaskShape,
  colourPlanes,
  type Mask,
  type MaskFill,
  maskFill,
  maskPlane,
  type Picture,
} from './picture.ts';
import { sampleVideo } from './sampleVideo.ts';
import { alignSubject, blackFrame, type CutOut, signedPlanes } from './subjectAlignment.ts';
import { type ResolvedParameters, resolveParameters, type TakeParameters } from './takeParameters.ts';
import {
  encodeText,
  latentShape,
  type PipelineEvent,
  type RunContext,
  reportSteps,
  samplingOptions,
  saveLatents,
  windowPredictors,
} from './takeRun.ts';

/** One frame of the clip and the mask of its subject. */
export interface ClipFrame {
  picture: Picture;
  mask: Mask;
}

/** A clip that can be read from its start any number of times, one frame in memory at a time. */
export interface ClipSource {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  read(): AsyncIterable<ClipFrame>;
}

/** A clip, masks, and what should be different. */
export interface EditRequest {
  clip: ClipSource;
  parameters: TakeParameters;
  /** Identifies the inputs (content hashes) for resuming. */
  inputsKey: string;
}

/** A frame of the clip at the model's sizes. */
interface SeenFrame {
  /** Cut-outs of what is kept, at each canvas size asked for. */
  views: Map<string, CutOut>;
}

/**
 * Changes a clip where the mask allows and the prompt says. The task differs from generation in one thing (MagDiff, section 3.1):
 * every frame is open, each carrying the region to keep as "the subject": the subject itself, or everything but the subject. What
 * is kept is then laid over the result exactly, byte for byte, outside a feather band of made pixels.
 */
export async function* editVideo(
  model: MagDiffModel,
  request: EditRequest,
  context: RunContext,
): AsyncGenerator<PipelineEvent, void, undefined> {
  const { clip } = request;
  const parameters = resolveParameters(model, request.parameters, clip.frames, clip);
  const { width, height } = parameters;
  const shape = latentShape(model, parameters, clip.frames);
  yield { stage: 'encoding' };

  const { remember = forgetful } = context;
  const { keep, sda, strength, inversion } = parameters;
  const needsSource = strength < 1 || inversion;
  const seen = JSON.stringify([request.inputsKey, keep, sda, width, height]);
  const conditions = await remember(`clip ${needsSource} ${seen}`, () =>
    encodeClip(model, request, parameters, needsSource, context),
  );
  const text = yield* encodeText(model, context, parameters);
  const key = JSON.stringify([seen, parameters.prompt, parameters.negativePrompt]);
  const predictors = await windowPredictors(model, parameters, { ...text, ...conditions, key }, remember);

  const options = await samplingOptions(model, parameters, shape, request.inputsKey, context);
  const source = conditions.source ? { source: { latents: conditions.source, strength, inversion } } : {};
  const sampling = sampleVideo({ ...options, ...source }, predictors);
  const latents = yield* reportSteps(sampling, shape);

  await saveLatents(context.store, latents, shape);
  yield* decodeEdit(model, request, latents, shape, context);
}

/** What a clip gives the network, encoded: of every frame its image tokens, its subject latents and, where wanted, its own latents. */
async function encodeClip(
  model: MagDiffModel,
  { clip }: EditRequest,
  parameters: ResolvedParameters,
  needsSource: boolean,
  { signal }: RunContext,
) {
  const { width, height } = parameters;
  // SDA on every frame; small copies only, the clip itself is read again when frames are composited.
  const seen: SeenFrame[] = [];
  const whole: Float32Array[] = [];
  const fills: MaskFill[] = [];
  const sizes = canvasSizes(model, width, height);
  for await (const frame of clip.read()) {
    if (signal?.aborted) throw new CancelledError();
    checkMaskShape(frame.picture, frame.mask, `frame ${seen.length + 1} of the clip`);
    fills.push(maskFill(frame.mask));
    seen.push({ views: new Map(sizes.map((size) => [sizeKey(size), cutOut(frame, size, parameters)])) });
    if (needsSource) {
      const kernel = width < frame.picture.width ? 'area' : 'bicubic';
      whole.push(signedPlanes(resample(colourPlanes(frame.picture), width, height, kernel)));
    }
  }
  checkMaskFills(fills, 'the clip');
  const viewOf = (frame: SeenFrame | undefined, canvasWidth: number, canvasHeight: number): CutOut =>
    frame?.views.get(sizeKey({ width: canvasWidth, height: canvasHeight })) ?? blackFrame(canvasWidth, canvasHeight);
  const tokens = await encodeImageTokens(model, [
    ...seen.map((frame) => viewOf(frame, width, height)),
    blackFrame(width, height),
  ]);
  const subject = await encodeSubjectLatents(model, [...seen, undefined], viewOf, width, height);
  return {
    imageTokens: tokens.slice(0, -1),
    blackTokens: tokens[tokens.length - 1],
    subject: subject.slice(0, -1),
    blackSubject: subject[subject.length - 1],
    source: needsSource ? await encodeLatents(model, whole, width, height) : undefined,
  };
}

/** Decodes an edit's latents and lays what is kept over each frame at the clip's own size. Can be run alone, to decode again. */
export async function* decodeEdit(
  model: MagDiffModel,
  request: EditRequest,
  latents: Float32Array,
  shape: LatentShape,
  context: Pick<RunContext, 'signal' | 'decoderMemoryBytes'>,
): AsyncGenerator<PipelineEvent, void, undefined> {
  const { clip, parameters } = request;
  const decoded = decodeVideo(model, latents, shape, context);
  let frameIndex = 0;
  for await (const frame of clip.read()) {
    const made = await decoded.next();
    if (made.done) break;
    const picture = compositeKept(
      frame.picture,
      scalePicture(made.value, clip.width, clip.height),
      keepShare(keptMask(frame, parameters.keep), clip.width, clip.height, parameters.featherPixels),
    );
    yield { stage: 'decoding', frameIndex, total: clip.frames, picture };
    frameIndex += 1;
  }
}

/** What an edit keeps of a frame, at the frame's own size: 255 kept, 0 made; exactly the mask's half-coverage outline. */
export function keptMask(frame: ClipFrame, keep: 'subject' | 'rest'): Uint8Array {
  const { width, height } = frame.picture;
  const coverage = maskPlane(frame.mask, width, height).data;
  return Uint8Array.from(coverage, (value) => (value >= 0.5 === (keep === 'subject') ? 255 : 0));
}

function scalePicture(picture: Picture, width: number, height: number): Picture {
  const planes = resample(colourPlanes(picture), width, height, width > picture.width ? 'bicubic' : 'area');
  const area = width * height;
  const data = new Uint8Array(area * 4);
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) {
      data[i * 4 + channel] = Math.min(255, Math.max(0, Math.round(planes.data[channel * area + i] * 255)));
    }
    data[i * 4 + 3] = 255;
  }
  return { width, height, data };
}

/** The canvas and every level of the HFA pyramid, without repeats. */
function canvasSizes(model: MagDiffModel, width: number, height: number): { width: number; height: number }[] {
  const sizes = [{ width, height }, ...pyramidSizes(model, width, height)];
  return sizes.filter((size, index) => sizes.findIndex((other) => sizeKey(other) === sizeKey(size)) === index);
}

const sizeKey = ({ width, height }: { width: number; height: number }): string => `${width}×${height}`;

/** The clip fills the canvas: its shape was chosen to match, and the rest of the distortion is undone on the way back. */
function cutOut(frame: ClipFrame, canvas: { width: number; height: number }, parameters: TakeParameters): CutOut {
  const placement = { left: 0, top: 0, ...canvas };
  return alignSubject({ ...frame, placement }, canvas.width, canvas.height, {
    sda: parameters.sda,
    invert: parameters.keep === 'rest',
  });
}
