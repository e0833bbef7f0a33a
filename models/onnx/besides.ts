/**
 * What lies beside a layer's weights with a strength of its own in every frame: layers are linear in their weights, so that the layer of a
 * share alone, times the strength, is what that share adds.
 */
import { add, multiply } from './elementwise.ts';
import type { GraphBuilder, Tensor } from './graphBuilder.ts';
import { expand, reshape, slice } from './shaping.ts';
import type { Shape, WeightSource } from './types.ts';

/** Where the frames of a clip lie in what layers compute. */
export interface FrameSpread {
  /** Frames of the clip. */
  readonly frames: number;
  /** A value a frame (frames), in a shape that stretches over a layer's result. */
  spread(perFrame: Tensor, result: Shape): Tensor;
}

/** Frames along the first axis, as in pictures (frames, …). */
export const framesFirst = (frames: number): FrameSpread => ({
  frames,
  spread: (perFrame, result) => reshape(perFrame, [frames, ...result.slice(1).map(() => 1)]),
});

/** Frames `from` to `to` of a clip along the second axis, as in series (n, frames, C). */
export const framesSecond = (frames: number, from = 0, to = frames): FrameSpread => ({
  frames,
  spread: (perFrame) => reshape(slice(perFrame, 0, from, to), [1, to - from, 1]),
});

/** Frames one behind the other along the last axis, each of that many positions: (n, C, frames · positions). */
export const framesLast = (frames: number, positions: number): FrameSpread => ({
  frames,
  spread: (perFrame) =>
    reshape(expand(reshape(perFrame, [frames, 1]), [frames, positions]), [1, 1, frames * positions]),
});

/** A weight or bias that a layer asks for, by its whole shape; `rows`: the part of axis 0 that is asked for. */
export interface AskedWeight {
  readonly name: 'weight' | 'bias';
  readonly shape: Shape;
  readonly rows?: { readonly from: number; readonly to: number } | undefined;
}

/** A share of a weight. */
export interface Beside {
  /** (frames). */
  readonly strength: Tensor;
  /** Factors that are applied one after the other: one of the weight's own shape, or a narrow one and one of 1×1. */
  readonly factors: readonly Tensor[];
}

/** A source with shares beside its weights. */
export interface SharingSource extends WeightSource {
  /** Whether the layer of that module path has any. */
  shares(module: string): boolean;
  beside(b: GraphBuilder, module: string, asked: AskedWeight, spread: FrameSpread): readonly Beside[];
}

const spreads = new WeakMap<GraphBuilder, FrameSpread>();

/** Runs `build` with frames lying so: what lies beside weights then has a strength a frame. */
export function withFrames<T>(b: GraphBuilder, spread: FrameSpread, build: () => T): T {
  const before = spreads.get(b);
  spreads.set(b, spread);
  try {
    return build();
  } finally {
    if (before) spreads.set(b, before);
    else spreads.delete(b);
  }
}

/** {@link withFrames} for layers in which frames lie otherwise; where nothing has a strength a frame, nothing changes. */
export const whereFramesLie = <T>(b: GraphBuilder, spread: () => FrameSpread, build: () => T): T =>
  spreads.has(b) ? withFrames(b, spread(), build) : build();

/** Where frames lie in the layers in force; undefined where weights are the same in all frames. */
export const framesOf = (b: GraphBuilder): FrameSpread | undefined => spreads.get(b);

const sharingOf = (b: GraphBuilder): SharingSource | undefined =>
  spreads.has(b) && 'beside' in b.source ? (b.source as SharingSource) : undefined;

/** Whether something lies beside the weights of the module in force. */
export const hasBesides = (b: GraphBuilder): boolean => sharingOf(b)?.shares(b.path) ?? false;

/** A layer's result with what lies beside one of its weights: `layer` computes it with a share's factors alone. */
export function withBesides(
  b: GraphBuilder,
  result: Tensor,
  asked: AskedWeight,
  layer: (factors: readonly Tensor[]) => Tensor,
): Tensor {
  const spread = framesOf(b);
  if (!spread) return result;
  const besides = sharingOf(b)?.beside(b, b.path, asked, spread) ?? [];
  return besides.reduce(
    (sum, { strength, factors }) => add(sum, multiply(layer(factors), spread.spread(strength, result.shape))),
    result,
  );
}
