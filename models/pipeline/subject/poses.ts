import type { Predictor } from '../../diffusion/denoiser.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { createSampling } from '../../diffusion/sampler.ts';
import type { Planes } from '../../math/resample.ts';
import { seededNormal } from '../../math/seededNoise.ts';
import type { CutOut, PathPlanner, Size } from '../../model/conditions.ts';
import type { ModelDescription } from '../../model/description.ts';
import type { Box } from '../compositing/keepShare.ts';

/** Where the subject is at one moment, against the first frame. */
export interface Pose {
  /** Offset right and down, in half canvases. */
  readonly right: number;
  readonly down: number;
  /** Size as a factor. */
  readonly size: number;
  /** Turn in radians, clockwise. */
  readonly angle: number;
}

/** The pose of the given picture itself. */
export const restingPose: Pose = { right: 0, down: 0, size: 1, angle: 0 };

/** What a mask says of its subject: the centre of its bounding box in −1..1 and the box's longer side as a share of the canvas. */
export interface SubjectStart {
  readonly right: number;
  readonly down: number;
  readonly extent: number;
}

/** Box of what the mask shows by at least a half; undefined where it shows nothing. */
export function subjectStart(mask: Planes): SubjectStart | undefined {
  const { width, height } = mask;
  const { left, top, right, bottom } = boxOf(mask, 0.5);
  if (right === 0) return undefined;
  return {
    right: (left + right) / width - 1,
    down: (top + bottom) / height - 1,
    extent: Math.max((right - left) / width, (bottom - top) / height),
  };
}

/** The box of what a mask shows by at least a share; its right and bottom are 0 where it shows nothing. */
function boxOf({ width, height, data }: Planes, least: number): Box {
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] < least) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  return box;
}

/** Steps a path is sampled in: the network is small, they cost milliseconds together. */
const planSteps = 20;

/**
 * Plans how the subject moves by the sentence: a diffusion model over the path (waypoints × offset, size, turn), run from the
 * take's seed. Subjects of other sizes than the planner knows are planned as the nearest of these. The first pose is the resting one.
 */
export async function planPath(
  planner: PathPlanner,
  prompt: string,
  { right, down, extent }: SubjectStart,
  seed: number,
): Promise<Pose[]> {
  const [least, most] = planner.extents;
  const start = Float32Array.of(right, down, Math.min(most, Math.max(least, extent)));
  const noise = seededNormal(planner.waypoints * 4, seed, 'motion');
  return followPlan(noise, planSteps, planner.scheduler, await planner.predictor(prompt, start), planner);
}

/** The subject's pose in each of a take's frames: at rest in the first, then along the path. */
export function posesOver(path: readonly Pose[], frames: number): readonly Pose[] {
  return Array.from({ length: frames }, (_, i) => (i === 0 ? restingPose : poseAt(path, i / (frames - 1))));
}

/** Samples a path (waypoints × 4, DDIM on the model's noise schedule; `ask` answers with the clean path) and reads its poses. */
export async function followPlan(
  noise: Float32Array,
  steps: number,
  scheduler: ModelDescription['scheduler'],
  ask: Predictor,
  motion: Pick<PathPlanner, 'waypoints' | 'spread'>,
): Promise<Pose[]> {
  const schedule = noiseSchedule({ ...scheduler, prediction_type: 'sample', set_alpha_to_one: true });
  const sampling = createSampling('ddim', { schedule, steps });
  let points = noise;
  for await (const { latents } of sampling.run(noise, (path, { timestep }, step) => ask(path, timestep, step)))
    points = latents;
  return Array.from({ length: motion.waypoints }, (_, i) => {
    const [right, down, growth, angle] = motion.spread.map((unit, k) => (points[4 * i + k] - points[k]) * unit);
    return { right, down, size: Math.exp(growth), angle };
  });
}

/** The pose at a share 0..1 of the clip, between waypoints in proportion. */
export function poseAt(path: readonly Pose[], share: number): Pose {
  const place = Math.min(1, Math.max(0, share)) * (path.length - 1);
  const before = path[Math.floor(place)] ?? restingPose;
  const after = path[Math.ceil(place)] ?? before;
  const part = place - Math.floor(place);
  const between = (a: number, b: number): number => a + (b - a) * part;
  return {
    right: between(before.right, after.right),
    down: between(before.down, after.down),
    size: Math.exp(between(Math.log(before.size), Math.log(after.size))),
    angle: between(before.angle, after.angle),
  };
}

/**
 * A cut-out in another pose on a canvas of its own size or smaller: turned and sized about `start`, then moved. Every pixel averages
 * four bilinear readings, so a cut-out given at twice the canvas loses no detail at rest. Outside the picture it is black.
 */
export function poseSubject(cutOut: CutOut, start: SubjectStart, pose: Pose, width: number, height: number): CutOut {
  if (pose === restingPose && cutOut.planes.width === width && cutOut.planes.height === height) return cutOut;
  const { layers, shown } = layersOf(cutOut);
  const box = posedBox(layers, shown, start, pose, width, height);
  const out = new Float32Array(4 * width * height);
  const [cos, sin] = [Math.cos(pose.angle) / pose.size, Math.sin(pose.angle) / pose.size];
  const aspect = width / height;
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      for (const [subX, subY] of quarters) {
        // In half canvas widths about the subject's new centre, undone into the given picture.
        const dx = ((x + subX) / width) * 2 - 1 - start.right - pose.right;
        const dy = (((y + subY) / height) * 2 - 1 - start.down - pose.down) / aspect;
        const fromX = start.right + cos * dx + sin * dy;
        const fromY = start.down + (cos * dy - sin * dx) * aspect;
        addReading(layers, fromX, fromY, out, y * width + x, width * height);
      }
    }
  }
  return {
    planes: { width, height, channels: 3, data: out.subarray(0, 3 * width * height) },
    mask: { width, height, channels: 1, data: out.subarray(3 * width * height) },
  };
}

/** The pixels of a posed cut-out's canvas that can show anything of the box that is `shown` of it. */
function posedBox(source: Size, shown: Box, start: SubjectStart, pose: Pose, width: number, height: number): Box {
  const [cos, sin] = [Math.cos(pose.angle) * pose.size, Math.sin(pose.angle) * pose.size];
  const aspect = width / height;
  const corners = [shown.left, shown.right].flatMap((x) => [shown.top, shown.bottom].map((y) => [x, y]));
  const [across, down] = [0, 1].map((axis) =>
    corners.map(([x, y]) => {
      const dx = (2 * x) / source.width - 1 - start.right;
      const dy = ((2 * y) / source.height - 1 - start.down) / aspect;
      return axis === 0
        ? ((start.right + pose.right + cos * dx - sin * dy + 1) / 2) * width
        : ((start.down + pose.down + (sin * dx + cos * dy) * aspect + 1) / 2) * height;
    }),
  );
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  return {
    left: within(Math.floor(Math.min(...across)) - margin, width),
    top: within(Math.floor(Math.min(...down)) - margin, height),
    right: within(Math.ceil(Math.max(...across)) + margin, width),
    bottom: within(Math.ceil(Math.max(...down)) + margin, height),
  };
}

/** Pixels that readings reach beyond a posed box: half a pixel of the picture, enlarged. */
const margin = 4;

const quarters = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

/** A cut-out's colours and mask as planes behind each other, and the box of what its mask shows. */
interface Layers {
  readonly layers: Planes;
  readonly shown: Box;
}

/** Layers of cut-outs that are posed frame after frame. */
const knownLayers = new WeakMap<CutOut, Layers>();

function layersOf(cutOut: CutOut): Layers {
  const known = knownLayers.get(cutOut);
  if (known) return known;
  const { planes, mask } = cutOut;
  const data = new Float32Array(planes.data.length + mask.data.length);
  data.set(planes.data);
  data.set(mask.data, planes.data.length);
  const made = { layers: { ...planes, channels: 4, data }, shown: boxOf(mask, Number.MIN_VALUE) };
  knownLayers.set(cutOut, made);
  return made;
}

/** Adds a quarter of the bilinear reading at (−1..1, −1..1) of every plane to one pixel of `out`. */
function addReading(source: Planes, right: number, down: number, out: Float32Array, pixel: number, area: number): void {
  const { width, height, channels, data } = source;
  const x = ((right + 1) / 2) * width - 0.5;
  const y = ((down + 1) / 2) * height - 0.5;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  for (let row = top; row < top + 2; row++)
    for (let column = left; column < left + 2; column++) {
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row)) * 0.25;
      let from = row * width + column;
      for (let to = pixel; to < channels * area; to += area, from += width * height) out[to] += data[from] * weight;
    }
}
