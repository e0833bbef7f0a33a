import { resample } from '../math/resample.ts';
import { type FloatTensor, floatTensor, type HostTensor } from '../math/tensor.ts';
import type { ContextTensors, MagDiffModel } from './modelParts.ts';
import { blackFrame, type CutOut, signedPlanes } from './subjectAlignment.ts';

/**
 * The image tokens of a video's frames (n, tokens, C): vision tower, then Resampler, frame by frame. Frames without a subject
 * are black images, encoded too, as the model was trained; equal frames are encoded once.
 */
export async function encodeImageTokens(model: MagDiffModel, frames: readonly CutOut[]): Promise<FloatTensor[]> {
  const encoder = await model.loadImageEncoder({ batch: 1 });
  const resampler = await model.loadResampler({ batch: 1 });
  const done = new Map<CutOut, FloatTensor>();
  for (const frame of frames) {
    if (done.has(frame)) continue;
    const { tokens } = await encoder.run({ pixels: towerPixels(model, frame) });
    const { image_tokens } = await resampler.run({ tokens });
    done.set(frame, image_tokens);
  }
  return frames.map((frame) => done.get(frame) as FloatTensor);
}

/** A frame as the vision tower sees it: (1, 3, size, size), normalised, in the tower's own colour order. */
export function towerPixels(model: MagDiffModel, frame: CutOut): HostTensor {
  const { size, mean, std, colourOrder, resample: kernel } = model.description.image;
  const small = resample(
    frame.planes,
    size,
    size,
    kernel === 'bilinear' ? 'bilinear' : kernel === 'area' ? 'area' : 'bicubic',
  );
  const area = size * size;
  const pixels = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const from = colourOrder === 'bgr' ? 2 - channel : channel;
    for (let i = 0; i < area; i++) {
      const value = Math.min(1, Math.max(0, small.data[from * area + i]));
      pixels[channel * area + i] = (value - mean[channel]) / std[channel];
    }
  }
  return floatTensor([1, 3, size, size], pixels);
}

/** Sizes, in pixels, of the levels of the HFA pyramid for a canvas: largest first, each a multiple of what the VAE needs. */
export function pyramidSizes(model: MagDiffModel, width: number, height: number): { width: number; height: number }[] {
  const { hfa, vae } = model.description;
  if (hfa.kind === 'single') return [{ width, height }];
  const toMultiple = (length: number): number => Math.max(vae.factor, Math.round(length / vae.factor) * vae.factor);
  return hfa.scales.map((scale) => ({ width: toMultiple(width * scale), height: toMultiple(height * scale) }));
}

/**
 * HFA (MagDiff, section 3.4): the subject's latents z_s (c, h, w) of each frame, without noise. One VAE encoding in the release; a
 * pyramid of sizes fused by convolution in the paper. `views` gives a frame's cut-out at any canvas size, so that the larger
 * levels see more of the original's detail. Equal frames are encoded once.
 */
export async function encodeSubjectLatents<Key>(
  model: MagDiffModel,
  frames: readonly Key[],
  view: (frame: Key, width: number, height: number) => CutOut,
  width: number,
  height: number,
): Promise<Float32Array[]> {
  const { vae, hfa } = model.description;
  const sizes = pyramidSizes(model, width, height);
  const encoders = await Promise.all(
    sizes.map((size) => model.loadVaeEncoder({ batch: 1, height: size.height, width: size.width })),
  );
  const latentSize = (size: { width: number; height: number }) => ({
    height: size.height / vae.factor,
    width: size.width / vae.factor,
  });
  const pyramid =
    hfa.kind === 'pyramid' ? await model.loadHfaPyramid({ batch: 1, levels: sizes.map(latentSize) }) : undefined;
  const done = new Map<Key, Float32Array>();
  for (const frame of frames) {
    if (done.has(frame)) continue;
    const levels: Record<string, FloatTensor> = {};
    for (const [index, size] of sizes.entries()) {
      const pixels = signedPlanes(view(frame, size.width, size.height).planes);
      const { mean } = await encoders[index].run({ image: floatTensor([1, 3, size.height, size.width], pixels) });
      levels[`level_${index}`] = floatTensor(
        mean.shape,
        mean.data.map((value) => value * vae.scalingFactor),
      );
    }
    const base = levels[`level_${sizes.length - 1}`];
    done.set(frame, pyramid ? (await pyramid.run(levels)).subject.data : base.data);
  }
  return frames.map((frame) => done.get(frame) as Float32Array);
}

/** VAE latents, scaled, of each picture (3, height, width from −1 to 1): what an edit starts from. */
export async function encodeLatents(
  model: MagDiffModel,
  frames: readonly Float32Array[],
  width: number,
  height: number,
): Promise<Float32Array[]> {
  const encoder = await model.loadVaeEncoder({ batch: 1, height, width });
  const scale = model.description.vae.scalingFactor;
  const latents: Float32Array[] = [];
  for (const frame of frames) {
    const { mean } = await encoder.run({ image: floatTensor([1, 3, height, width], frame) });
    latents.push(mean.data.map((value) => value * scale));
  }
  return latents;
}

/**
 * The context's keys and values for every cross-attention layer: text states (1, t, C) and image tokens of the window's frames,
 * concatenated. Computed once per run, window and guidance branch: they depend on neither step nor frame.
 */
export async function encodeContext(
  model: MagDiffModel,
  textStates: FloatTensor,
  imageTokens: readonly FloatTensor[],
  weights: 'teacher' | 'student',
): Promise<ContextTensors> {
  const width = model.description.unet.contextWidth;
  const count = imageTokens.reduce((sum, tokens) => sum + tokens.data.length / width, 0);
  const context = new Float32Array(textStates.data.length + count * width);
  context.set(textStates.data);
  let offset = textStates.data.length;
  for (const tokens of imageTokens) {
    context.set(tokens.data, offset);
    offset += tokens.data.length;
  }
  const projector = await model.loadContext({ batch: 1, imageTokens: count, weights });
  return projector.run({ context: floatTensor([1, context.length / width, width], context) });
}

/** A black frame shared by all frames that carry no subject, so that it is encoded once. */
export const sharedBlackFrame = (() => {
  const frames = new Map<string, CutOut>();
  return (width: number, height: number): CutOut => {
    const key = `${width}×${height}`;
    let frame = frames.get(key);
    if (!frame) {
      frame = blackFrame(width, height);
      frames.clear();
      frames.set(key, frame);
    }
    return frame;
  };
})();
