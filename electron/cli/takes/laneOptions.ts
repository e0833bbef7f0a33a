import { StudioError } from '../../../models/errors/studioError.ts';
import { type LaneKey, laneCurves, type StepCurve, stepEases } from '../../../models/lanes/weightsOverTime.ts';

/** A weight as it is named on a command line: one number, or the keys of a lane over the take's frames. */
export interface WeightText {
  readonly number: number | undefined;
  readonly keys: readonly LaneKey[];
}

/** Reads `0.8`, or `FRAME:VALUE[:CURVE],…` such as `0:0.4,24:1.2:hold`. `flag` is named in what is thrown. */
export function readWeight(flag: string, text: string | undefined): WeightText {
  if (text === undefined) return { number: undefined, keys: [] };
  if (!text.includes(':')) {
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number)) throw unreadable(flag, text);
    return { number, keys: [] };
  }
  const keys = text.split(',').map((part): LaneKey => {
    const [frame, value, curve = 'linear', ...more] = part.trim().split(':');
    const known = laneCurves.find((each) => each === curve);
    const numbers = [frame, value].map((each) =>
      each === undefined || each.trim() === '' ? Number.NaN : Number(each),
    );
    if (more.length > 0 || known === undefined || !numbers.every(Number.isFinite)) throw unreadable(flag, text);
    return { frame: numbers[0] ?? 0, value: numbers[1] ?? 0, curve: known };
  });
  return { number: undefined, keys };
}

const unreadable = (flag: string, text: string): StudioError =>
  new StudioError('usage', `${flag} wants a number, or keys as FRAME:VALUE[:CURVE],…, not "${text}".`, {
    hint: `For example ${flag} 0:0.4,24:1.2; curves are ${laneCurves.join(', ')}.`,
  });

/** Reads `START:END[:EASE]`, a factor from the first step of the run to its last. */
export function readStepCurve(flag: string, text: string | undefined): StepCurve | undefined {
  if (text === undefined) return undefined;
  const [start, end, ease = 'linear', ...more] = text.split(':');
  const known = stepEases.find((each) => each === ease);
  const numbers = [start, end].map((each) => (each === undefined || each.trim() === '' ? Number.NaN : Number(each)));
  if (more.length > 0 || known === undefined || !numbers.every(Number.isFinite))
    throw new StudioError('usage', `${flag} wants START:END[:EASE], not "${text}".`, {
      hint: `For example ${flag} 1:0.5:smooth; eases are ${stepEases.join(', ')}.`,
    });
  return { start: numbers[0] ?? 1, end: numbers[1] ?? 1, ease: known };
}
