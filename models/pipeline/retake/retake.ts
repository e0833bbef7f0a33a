import type { MovingWeight } from '../../lanes/weightsOverTime.ts';
import { resample } from '../../math/resample.ts';
import { floatTensor } from '../../math/tensor.ts';
import type { Size } from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { keepShare, sharesOf } from '../compositing/keepShare.ts';
import type { HeldCells } from '../sampling/heldCells.ts';
import { scaleColours, signedPlanes } from '../subject/cutOut.ts';
import { colourPlanes, type Mask, maskPlane, type Picture } from '../subject/picture.ts';

/** What of a take is made anew; everything else of it stays as it is, to the pixel. */
export interface Retake {
  /** First frame and one past the last. */
  readonly firstFrame: number;
  readonly endFrame: number;
  /** A frame of the take. */
  frame(index: number): Promise<Picture>;
  /** Where frames may change, of the take's shape; absent: everywhere. */
  region?(index: number): Promise<Mask>;
  /** What the take's subject moved by, where a model plans it: its motion stays. */
  readonly motion: { readonly prompt: string; readonly seed: number };
}

/** How far inside a region's border new pixels are mixed with the take's own, in pixels. */
const mixedPixels = 6;

/**
 * The frames that are looked at to make some of a take anew: the range itself and enough on both sides for the network to go on from, a whole
 * window where the take has one.
 */
export function spanOfRetake(
  { firstFrame, endFrame }: Pick<Retake, 'firstFrame' | 'endFrame'>,
  { frames, windowFrames, overlapFrames }: { frames: number; windowFrames: number; overlapFrames: number },
): { first: number; end: number } {
  const beside = Math.max(1, overlapFrames);
  const wanted = Math.min(frames, Math.max(windowFrames, endFrame - firstFrame + 2 * beside));
  const middle = Math.floor((firstFrame + endFrame - wanted) / 2);
  const first = Math.min(Math.max(0, middle), frames - wanted);
  return { first, end: first + wanted };
}

/** How a take's weights move, its lanes counted from one of its frames. */
export function movesFrom<Key extends { frame: number }, Rest>(
  {
    frames,
    loras,
    ...rest
  }: Rest & {
    readonly frames: Readonly<Record<MovingWeight, readonly Key[]>>;
    readonly loras: readonly { lora: string; keys: readonly Key[] }[];
  },
  firstFrame: number,
) {
  const moved = (lane: readonly Key[]): Key[] => lane.map((key) => ({ ...key, frame: key.frame - firstFrame }));
  const { textAlpha, imageAlpha, hfaStrength } = frames;
  return {
    ...rest,
    frames: { textAlpha: moved(textAlpha), imageAlpha: moved(imageAlpha), hfaStrength: moved(hfaStrength) },
    loras: loras.map(({ lora, keys }) => ({ lora, keys: moved(keys) })),
  };
}

/** What the sampler holds of a take while some of it is made anew: its frames as latents, and which cells are open. */
export async function heldOfTake(model: Model, retake: Retake, frames: number, canvas: Size): Promise<HeldCells> {
  const { width, height } = canvas;
  const { vae } = model.description;
  const encoder = await model.part('vae_encoder', { batch: 1, height, width });
  const cells = { width: width / vae.factor, height: height / vae.factor };
  const latents: Float32Array[] = [];
  const open: Float32Array[] = [];
  for (let index = 0; index < frames; index++) {
    const image = signedPlanes(scaleColours(colourPlanes(await retake.frame(index)), canvas));
    const { mean } = await encoder.run({ image: floatTensor([1, 3, height, width], image) });
    latents.push(mean.data.map((value) => value * vae.scalingFactor));
    const inRange = index >= retake.firstFrame && index < retake.endFrame;
    const region = inRange && retake.region ? maskPlane(await retake.region(index), width, height) : undefined;
    const share = region && resample(region, cells.width, cells.height, 'area').data;
    open.push(
      Float32Array.from({ length: cells.width * cells.height }, (_, cell) =>
        inRange && (share?.[cell] ?? 1) > 0 ? 1 : 0,
      ),
    );
  }
  return { latents, open };
}

/** Lays the new frames over the take's own within the region, mixed inside its border; outside it every pixel is the take's. */
export async function* layOver(retake: Retake, made: AsyncIterable<Picture>): AsyncGenerator<Picture, void, undefined> {
  let index = retake.firstFrame;
  for await (const picture of made) {
    yield retake.region ? within(await retake.region(index), await retake.frame(index), picture) : picture;
    index += 1;
  }
}

function within(region: Mask, own: Picture, made: Picture): Picture {
  const { width, height } = own;
  const outside = Uint8Array.from(maskPlane(region, width, height).data, (share) => (share < 0.5 ? 255 : 0));
  const share = sharesOf(keepShare(outside, width, height, mixedPixels));
  const data = new Uint8Array(own.data);
  for (let i = 0; i < share.length; i++)
    if (share[i] < 1)
      for (let at = i * 4; at < i * 4 + 4; at++)
        data[at] = Math.round(own.data[at] * share[i] + made.data[at] * (1 - share[i]));
  return { width, height, data };
}
