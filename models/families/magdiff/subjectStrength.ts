import { factorAt, laneAt } from '../../lanes/weightsOverTime.ts';
import type { PredictionSettings } from '../../model/conditions.ts';

/** What HFA's strength depends on. */
export type StrengthChoice = Pick<PredictionSettings, 'hfa' | 'overTime' | 'steps'>;

/** HFA's strength at a frame of the take and a step: the lane's value or the number, times the curve over the steps; 0 switched off. */
export function strengthAt({ hfa, overTime, steps }: StrengthChoice, frame: number, step: number): number {
  if (!hfa.enabled) return 0;
  const factor = factorAt(overTime.steps.hfaStrength, step, steps);
  return laneAt(overTime.frames.hfaStrength, frame, hfa.strength) * factor;
}

/**
 * A frame's subject latents at a strength: 1 as they are, 0 those of a black frame (which is HFA off), between them a mixture, beyond 1
 * further away from black.
 */
export function scaleSubject(subject: Float32Array, black: Float32Array, strength: number): Float32Array {
  if (strength === 1) return subject;
  return subject.map((value, i) => black[i] + strength * (value - black[i]));
}

/**
 * What HFA gives the network at each step: `join` puts a window's frames, scaled by their strengths, together. Made anew only where the
 * strength has changed since the step before.
 */
export function subjectAtSteps(
  choice: StrengthChoice,
  { start, subject, blackSubject }: { start: number; subject: readonly Float32Array[]; blackSubject: Float32Array },
  join: (frames: readonly Float32Array[]) => Float32Array,
): (step: number) => Float32Array {
  let made: { strengths: readonly number[]; latents: Float32Array } | undefined;
  return (step) => {
    const strengths = subject.map((_, frame) => strengthAt(choice, start + frame, step));
    if (!made || strengths.some((strength, frame) => strength !== made?.strengths[frame])) {
      const scaled = subject.map((frame, index) => scaleSubject(frame, blackSubject, strengths[index]));
      made = { strengths, latents: join(scaled) };
    }
    return made.latents;
  };
}
