/** Weights of a take that move: over its frames by the keys of a lane, over the steps of its run by a curve. */

/** How a lane goes on from a key to the next: as it is, in a line, or eased at both ends. */
export const laneCurves = ['hold', 'linear', 'smooth'] as const;

/** A key of a lane, at a frame of the take (from 0). */
export interface LaneKey {
  frame: number;
  value: number;
  /** To the next key. */
  curve: (typeof laneCurves)[number];
}

/** Keys in ascending frames. Before the first and after the last their values hold. */
export type Lane = readonly LaneKey[];

/** How a factor gets from its start to its end over the steps: evenly, late, early, or eased at both ends. */
export const stepEases = ['linear', 'in', 'out', 'smooth'] as const;

/** A factor over the steps of a run. */
export interface StepCurve {
  /** At the first step, where most is noise. */
  start: number;
  /** At the last step. */
  end: number;
  ease: (typeof stepEases)[number];
}

/** The weights that can move. */
export const movingWeights = ['textAlpha', 'imageAlpha', 'hfaStrength'] as const;

/** One of {@link movingWeights}. */
export type MovingWeight = (typeof movingWeights)[number];

/** What a lane moves: one of {@link movingWeights}, or a LoRA's strength, by the LoRA's name. */
export type LaneWeight = MovingWeight | `lora:${string}`;

const loraPrefix = 'lora:';

/** The lane of a LoRA. */
export const loraWeight = (lora: string): LaneWeight => `${loraPrefix}${lora}`;

/** The LoRA whose strength a lane moves; undefined for one of {@link movingWeights}. */
export const loraOf = (weight: LaneWeight): string | undefined =>
  weight.startsWith(loraPrefix) ? weight.slice(loraPrefix.length) : undefined;

/** A LoRA's strength over the frames; the LoRA is named as in prompts. */
export interface LoraLane {
  lora: string;
  keys: Lane;
}

/** How a take's weights move. A lane without keys leaves the weight at its number; an absent curve leaves it alone. */
export interface WeightsOverTime {
  frames: Readonly<Record<MovingWeight, Lane>>;
  steps: Readonly<Partial<Record<MovingWeight, StepCurve | undefined>>>;
  loras: readonly LoraLane[];
}

/** Weights that stand still. */
export const still: WeightsOverTime = {
  frames: { textAlpha: [], imageAlpha: [], hfaStrength: [] },
  steps: {},
  loras: [],
};

/** Whether anything moves over the frames. */
export const movesOverFrames = ({ frames, loras }: WeightsOverTime): boolean =>
  [...Object.values(frames), ...loras.map(({ keys }) => keys)].some((lane) => lane.length > 0);

const smooth = (t: number): number => t * t * (3 - 2 * t);

const eases: Readonly<Record<StepCurve['ease'], (t: number) => number>> = {
  linear: (t) => t,
  in: (t) => t * t,
  out: (t) => t * (2 - t),
  smooth,
};

/** A lane's value at a frame; `otherwise` where it has no keys. */
export function laneAt(lane: Lane, frame: number, otherwise: number): number {
  const next = lane.findIndex((key) => key.frame > frame);
  const last = lane.at(next === -1 ? -1 : next - 1);
  if (next === -1) return last?.value ?? otherwise;
  const [before, after] = [lane[next - 1], lane[next]];
  if (!before) return after.value;
  if (before.curve === 'hold') return before.value;
  const t = (frame - before.frame) / (after.frame - before.frame);
  return before.value + (after.value - before.value) * (before.curve === 'smooth' ? smooth(t) : t);
}

/** The factor of a curve at a step of `total`; 1 where there is none. */
export function factorAt(curve: StepCurve | undefined, step: number, total: number): number {
  if (!curve) return 1;
  const t = total > 1 ? step / (total - 1) : 0;
  return curve.start + (curve.end - curve.start) * eases[curve.ease](t);
}

/** How weights move where some of them stand still, each of them at its number. */
export function standingStill<Moves extends WeightsOverTime>(
  { frames, loras, ...rest }: Moves,
  weights: readonly LaneWeight[],
) {
  const stands = (weight: LaneWeight): boolean => weights.some((each) => each.toLowerCase() === weight.toLowerCase());
  const lane = (weight: MovingWeight) => (stands(weight) ? [] : [...frames[weight]]);
  return {
    ...rest,
    frames: { textAlpha: lane('textAlpha'), imageAlpha: lane('imageAlpha'), hfaStrength: lane('hfaStrength') },
    loras: loras.filter(({ lora }) => !stands(loraWeight(lora))).map(({ lora, keys }) => ({ lora, keys: [...keys] })),
  };
}
