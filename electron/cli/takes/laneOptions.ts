import { basename, extname } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import {
  type LaneKey,
  type LoraLane,
  laneCurves,
  type StepCurve,
  stepEases,
} from '../../../models/lanes/weightsOverTime.ts';

/** A weight as it is named on a command line: one number, or the keys of a lane over the take's frames. */
export interface WeightText {
  readonly number: number | undefined;
  readonly keys: readonly LaneKey[];
}

/** Reads `0.8`, or `FRAME:VALUE[:CURVE],…` such as `0:0.4,24:1.2:hold`. `flag` is named in what is thrown. */
export function readWeight(flag: string, text: string | undefined): WeightText {
  if (text === undefined) return { number: undefined, keys: [] };
  const unreadable = (): StudioError =>
    new StudioError('usage', `${flag} wants a number, or keys as FRAME:VALUE[:CURVE],…, not "${text}".`, {
      hint: `For example ${flag} 0:0.4,24:1.2; curves are ${laneCurves.join(', ')}.`,
    });
  if (!text.includes(':')) {
    const number = numberIn(text);
    if (number === undefined) throw unreadable();
    return { number, keys: [] };
  }
  const keys = text.split(',').map((part): LaneKey => {
    const key = pairIn(part.trim(), laneCurves);
    if (!key) throw unreadable();
    return { frame: key.first, value: key.second, curve: key.manner };
  });
  return { number: undefined, keys };
}

/** A LoRA as it is named on a command line: a file or the name of one, and its strength. */
export interface LoraText {
  readonly file: string;
  /** What prompts and lanes call it. */
  readonly name: string;
  readonly strength: WeightText;
}

const oneNumber = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)';
const oneKey = `\\d+:${oneNumber}(?::[a-z]+)?`;
const loraPattern = new RegExp(`^(.+?):(${oneKey}(?:,${oneKey})*|${oneNumber})$`);

/** Reads `FILE`, `FILE:0.8` or `FILE:FRAME:VALUE[:CURVE],…`; a colon that nothing of the kind follows belongs to the name. */
export function readLora(text: string): LoraText {
  const [, file = text, strength = '1'] = loraPattern.exec(text) ?? [];
  return { file, name: basename(file, extname(file)), strength: readWeight('--lora', strength) };
}

/** The lanes that `--lora` asks for. Without a base the LoRAs are the model's own, and a number is a lane of one key. */
export function loraLanes(given: readonly string[], hasBase: boolean): LoraLane[] {
  return given.map(readLora).flatMap(({ name, strength: { number, keys } }) => {
    const all = number === undefined || hasBase ? keys : [{ frame: 0, value: number, curve: 'linear' as const }];
    return all.length > 0 ? [{ lora: name, keys: all }] : [];
  });
}

/** Reads `START:END[:EASE]`, a factor from the first step of the run to its last. */
export function readStepCurve(flag: string, text: string | undefined): StepCurve | undefined {
  if (text === undefined) return undefined;
  const curve = pairIn(text, stepEases);
  if (!curve)
    throw new StudioError('usage', `${flag} wants START:END[:EASE], not "${text}".`, {
      hint: `For example ${flag} 1:0.5:smooth; eases are ${stepEases.join(', ')}.`,
    });
  return { start: curve.first, end: curve.second, ease: curve.manner };
}

/** `NUMBER:NUMBER[:MANNER]`, where the manner is one of those, or linear; undefined for anything else. */
function pairIn<Manner extends string>(
  text: string,
  manners: readonly (Manner | 'linear')[],
): { first: number; second: number; manner: Manner | 'linear' } | undefined {
  const [before, behind, name = 'linear', ...more] = text.split(':');
  const [first, second] = [numberIn(before), numberIn(behind)];
  const manner = manners.find((each) => each === name);
  if (first === undefined || second === undefined || manner === undefined || more.length > 0) return undefined;
  return { first, second, manner };
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(number) ? undefined : number;
}
