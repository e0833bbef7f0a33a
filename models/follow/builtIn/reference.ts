import type { Flow } from '../flow/flow.ts';
import { type GreyPicture, pyramidOf } from '../flow/greyPicture.ts';
import { inverseSearch } from '../flow/inverseSearch.ts';
import { warpedPlanes } from '../flow/warp.ts';
import { type Affine, fittedSimilarity, scaleOf } from './affine.ts';
import { boxMean } from './boxSums.ts';
import type { Seen, View } from './view.ts';

/** The shorter side of the smallest pictures that are compared. */
export const leastSide = 10;

/** A frame in which the subject is known, for later frames to be held against. */
export interface Reference {
  readonly seen: Seen;
  /** How much what lies around the subject looks like it there: {@link beyondBorder}. */
  readonly beyond: number;
  /** How likely each pixel is the subject, 0..1. */
  readonly soft: Float32Array;
}

/** What a reference says about a picture. */
export interface Registered {
  /** The map from the picture's places to the reference's, in pixels of the clip, by which the reference was laid over it. */
  readonly laidBy: Affine;
  /** The same map, drawn anew from what matched; `laidBy` where too little did. */
  readonly toReference: Affine;
  /** Steps from each of the picture's pixels to the reference laid over it, in pixels of the picture. */
  readonly flow: Flow;
  /** The reference's mask where the subject is now. */
  readonly soft: Float32Array;
  /** How well each pixel looks as it does in the reference, 0..1. */
  readonly match: Float32Array;
  /** The mean match over the subject. */
  readonly quality: number;
  /** The same, less where what lies around looks like the subject too: for choosing between places. */
  readonly fit: number;
  /** How many pixels match, and the middle of them in pixels of the clip. */
  readonly matched: number;
  readonly middle: readonly [number, number];
}

/** Steps of 0..255 by which a colour may miss. */
const colourTolerance = 17;
/** Pixels around that take part in a pixel's match, and in its step. */
const matchRadius = 1;
const stepRadius = 4;
/** Pixels of the view that a pair of places may miss by. */
const placeTolerance = 0.75;
/** Share of the subject that has to match for its place to be drawn anew, and by how much it may grow at once. */
const leastMatch = 0.2;
const mostGrowth = 0.2;

/**
 * Holds a picture against a reference: the reference's subject is laid over the picture by `laidBy`, what is left of its motion is found by
 * dense flow of the subject alone, and where colours agree (brightness apart) the subject is known to be. `pyramid`: the picture's own.
 */
export function register(
  reference: Reference,
  seen: Seen,
  pyramid: readonly GreyPicture[],
  laidBy: Affine,
): Registered {
  const { width, height } = seen.view;
  const laid = laidOver(reference, seen.view, laidBy);
  const plane = (data: Float32Array): readonly GreyPicture[] => pyramidOf({ width, height, data }, leastSide);
  const raw = inverseSearch(plane(laid.grey), pyramid, plane(laid.soft));
  const there = smoothed(raw, matchThere(seen, laid, raw), laid.soft);
  const flow = turnedBack(there);
  const { match, soft, gain } = matchOf(seen, laid, flow);
  let [agreed, all, x, y] = [0, 0, 0, 0];
  for (let at = 0; at < soft.length; at++) {
    const weight = soft[at] * match[at];
    agreed += weight;
    all += soft[at];
    x += weight * (at % width);
    y += weight * Math.floor(at / width);
  }
  const { left, top, scale } = seen.view;
  const light = Math.abs(Math.log(gain));
  const share = all > 0 ? agreed / all : 0;
  const quality = share * Math.min(1, 1.35 - light);
  const fitted =
    share > leastMatch
      ? fittedSimilarity(pairsOf(seen.view, laidBy, flow, soft, match), placeTolerance * seen.view.scale)
      : undefined;
  const isSound = fitted && Math.abs(Math.log(scaleOf(fitted) / scaleOf(laidBy))) < mostGrowth;
  return {
    laidBy,
    toReference: isSound ? fitted : laidBy,
    flow,
    soft,
    match,
    quality,
    fit: quality * (1 - Math.max(0, beyondBorder(seen, soft) - reference.beyond)),
    matched: agreed,
    middle: [left + (x / (agreed + 1e-6) + 0.5) * scale, top + (y / (agreed + 1e-6) + 0.5) * scale],
  };
}

/** How well each pixel of the laid reference agrees with the picture where its step leads. */
function matchThere(seen: Seen, laid: ReturnType<typeof laidOver>, flow: Flow): Float32Array {
  const [red, green, blue] = warpedPlanes([seen.red, seen.green, seen.blue], flow);
  const gain = gainOf(laid, red, green, blue, laid.soft);
  return agreement(laid, [red, green, blue], gain, laid.soft, seen.view);
}

/** A smooth flow the other way: each pixel's step back to where it came from. */
function turnedBack(flow: Flow): Flow {
  const { width, height } = flow;
  let back: Flow = { width, height, x: flow.x.map((step) => -step), y: flow.y.map((step) => -step) };
  for (let round = 0; round < 2; round++) {
    const [x, y] = warpedPlanes([flow.x, flow.y], back);
    back = { width, height, x: x.map((step) => -step), y: y.map((step) => -step) };
  }
  return back;
}

/** A plane of a reference as it would be seen through a view, by way of a flow of that view's size where there is one. */
export function planesOver(
  planes: readonly Float32Array[],
  own: View,
  view: View,
  [a, b, c, d, e, f]: Affine,
  flow?: Flow,
): readonly Float32Array[] {
  const laid = planes.map(() => new Float32Array(view.width * view.height));
  const count = planes.length;
  const [limitX, limitY] = [own.width - 1.001, own.height - 1.001];
  for (let row = 0, at = 0; row < view.height; row++)
    for (let column = 0; column < view.width; column++, at++) {
      const x = view.left + (column + 0.5 + (flow ? flow.x[at] : 0)) * view.scale;
      const y = view.top + (row + 0.5 + (flow ? flow.y[at] : 0)) * view.scale;
      const u = Math.max(0, Math.min(limitX, (a * x + b * y + c - own.left) / own.scale - 0.5));
      const v = Math.max(0, Math.min(limitY, (d * x + e * y + f - own.top) / own.scale - 0.5));
      const left = u | 0;
      const top = v | 0;
      const across = u - left;
      const down = v - top;
      const base = top * own.width + left;
      for (let index = 0; index < count; index++) {
        const plane = planes[index];
        const upper = plane[base] * (1 - across) + plane[base + 1] * across;
        const lower = plane[base + own.width] * (1 - across) + plane[base + own.width + 1] * across;
        laid[index][at] = upper * (1 - down) + lower * down;
      }
    }
  return laid;
}

function laidOver({ seen, soft }: Reference, view: View, toReference: Affine) {
  const planes = [seen.red, seen.green, seen.blue, seen.grey, soft];
  const [red, green, blue, grey, mask] = planesOver(planes, seen.view, view, toReference);
  return { red, green, blue, grey, soft: mask };
}

/** How well each pixel agrees with the one a flow leads to, once the subject's change of light is taken out. */
function matchOf(seen: Seen, laid: ReturnType<typeof laidOver>, flow: Flow) {
  const [red, green, blue, soft] = warpedPlanes([laid.red, laid.green, laid.blue, laid.soft], flow);
  const gain = gainOf(seen, red, green, blue, soft);
  return { match: agreement(seen, [red, green, blue], gain, soft, seen.view), soft, gain };
}

interface Colours {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
}

/** 0..1 a pixel: how near the colours are to `gain` times the others, on the mean of those around that are subject. */
function agreement(
  { red, green, blue }: Colours,
  others: readonly Float32Array[],
  gain: number,
  soft: Float32Array,
  { width, height }: View,
): Float32Array {
  const misses = new Float32Array(red.length);
  const weights = new Float32Array(red.length);
  for (let at = 0; at < misses.length; at++) {
    const weight = soft[at] ** 4 + 1e-3;
    weights[at] = weight;
    misses[at] =
      (weight *
        (Math.abs(red[at] - gain * others[0][at]) +
          Math.abs(green[at] - gain * others[1][at]) +
          Math.abs(blue[at] - gain * others[2][at]))) /
      3;
  }
  const match = boxMean(misses, width, height, matchRadius);
  const sums = boxMean(weights, width, height, matchRadius);
  for (let at = 0; at < match.length; at++) match[at] = Math.exp(-((match[at] / (sums[at] * colourTolerance)) ** 2));
  return match;
}

/**
 * The share of what lies just beyond a mask's border whose colour is the one just inside, 0..1: much of it where the mask covers a part of
 * the subject only.
 */
export function beyondBorder({ view: { width, height }, red, green, blue }: Seen, soft: Float32Array): number {
  const reach = 4;
  const blurred = [red, green, blue].map((plane) =>
    boxMean(
      plane.map((value, at) => value * soft[at]),
      width,
      height,
      reach,
    ),
  );
  const near = boxMean(soft, width, height, reach);
  let [alike, all] = [0, 0];
  for (let at = 0; at < soft.length; at++) {
    if (soft[at] > 0.1 || near[at] < 0.12) continue;
    const miss =
      (Math.abs(red[at] - blurred[0][at] / near[at]) +
        Math.abs(green[at] - blurred[1][at] / near[at]) +
        Math.abs(blue[at] - blurred[2][at] / near[at])) /
      3;
    alike += Math.exp(-((miss / colourTolerance) ** 2));
    all++;
  }
  return all > 0 ? alike / all : 0;
}

/** How much lighter the subject has become: the middle of the ratios. */
function gainOf(seen: Colours, red: Float32Array, green: Float32Array, blue: Float32Array, soft: Float32Array): number {
  const ratios: number[] = [];
  for (let at = 0; at < soft.length; at += 2)
    if (soft[at] > 0.7)
      ratios.push((seen.red[at] + seen.green[at] + seen.blue[at] + 30) / (red[at] + green[at] + blue[at] + 30));
  if (ratios.length === 0) return 1;
  ratios.sort((one, other) => one - other);
  return Math.max(0.6, Math.min(1.6, ratios[ratios.length >> 1]));
}

/** A flow whose steps are the mean of those around, weighted by how well they match inside the subject: it goes on past its border. */
function smoothed({ width, height, x, y }: Flow, match: Float32Array, inside: Float32Array): Flow {
  const [weights, sumX, sumY] = [x, x, x].map(() => new Float32Array(x.length));
  for (let at = 0; at < x.length; at++) {
    const weight = match[at] * match[at] * inside[at] + 1e-5;
    weights[at] = weight;
    sumX[at] = weight * x[at];
    sumY[at] = weight * y[at];
  }
  const [w, u, v] = [weights, sumX, sumY].map((plane) => boxMean(plane, width, height, stepRadius));
  for (let at = 0; at < w.length; at++) {
    u[at] /= w[at];
    v[at] /= w[at];
  }
  return { width, height, x: u, y: v };
}

/** Pairs of places of the clip, now and in the reference, where the subject is seen to match. */
function pairsOf(view: View, [a, b, c, d, e, f]: Affine, flow: Flow, soft: Float32Array, match: Float32Array) {
  const pairs: number[] = [];
  for (let row = 1; row < view.height; row += 2)
    for (let column = 1; column < view.width; column += 2) {
      const at = row * view.width + column;
      const weight = soft[at] > 0.5 ? match[at] ** 2 : 0;
      if (weight < 0.05) continue;
      const x = view.left + (column + 0.5) * view.scale;
      const y = view.top + (row + 0.5) * view.scale;
      const u = x + flow.x[at] * view.scale;
      const v = y + flow.y[at] * view.scale;
      pairs.push(x, y, a * u + b * v + c, d * u + e * v + f, weight);
    }
  return Float64Array.from(pairs);
}
