import { z } from 'zod';

/** What is measured of a take, in the order in which figures are shown. */
export const measureNames = [
  'textAlignment',
  'subjectFidelity',
  'frameConsistency',
  'keptPsnr',
  'keptExact',
  'flicker',
  'borderRatio',
  'drift',
  'placeRead',
  'motionRead',
  'subjectRead',
] as const;

/** One of {@link measureNames}. */
export type MeasureName = (typeof measureNames)[number];

/** A measure for people: its name, its unit, and which way is better. */
export interface MeasureTitle {
  readonly title: string;
  /** Behind the number; empty where it has none. */
  readonly unit: string;
  /** A figure is shown times this, as papers show it. */
  readonly scale: number;
  readonly digits: number;
  readonly better: 'more' | 'less' | 'near one';
}

/** How each is shown. */
export const measureTitles: Readonly<Record<MeasureName, MeasureTitle>> = {
  textAlignment: { title: 'Text alignment', unit: '', scale: 100, digits: 1, better: 'more' },
  subjectFidelity: { title: 'Subject fidelity', unit: '', scale: 100, digits: 1, better: 'more' },
  frameConsistency: { title: 'Frame consistency', unit: '', scale: 100, digits: 1, better: 'more' },
  keptPsnr: { title: 'Kept pixels', unit: 'dB', scale: 1, digits: 1, better: 'more' },
  keptExact: { title: 'Kept byte for byte', unit: '%', scale: 100, digits: 1, better: 'more' },
  flicker: { title: 'Flicker', unit: '/255', scale: 1, digits: 2, better: 'less' },
  borderRatio: { title: 'Border ratio', unit: '', scale: 1, digits: 2, better: 'near one' },
  drift: { title: 'Drift', unit: '/255', scale: 1, digits: 2, better: 'less' },
  placeRead: { title: 'Place read', unit: '%', scale: 100, digits: 1, better: 'more' },
  motionRead: { title: 'Motion read', unit: '%', scale: 100, digits: 1, better: 'more' },
  subjectRead: { title: 'Subject read', unit: '%', scale: 100, digits: 1, better: 'more' },
};

/**
 * A take's figures; null where there is nothing to measure, or nobody to read it, and absent where it was measured before there was such a
 * figure. A PSNR is infinite where every byte is the same. What was read of a sentence is how likely its value is to the model's own reader.
 */
export const takeScores = z.partialRecord(
  z.enum(measureNames),
  z.union([z.number(), z.literal('infinite')]).nullable(),
);

/** See {@link takeScores}. */
export type TakeScores = z.output<typeof takeScores>;

/** Who read for a figure. */
export const scoreReader = z.strictObject({ title: z.string(), comparable: z.boolean() });

/** See {@link scoreReader}. */
export type ScoreReader = z.output<typeof scoreReader>;

/** A take's figures and who read them; measures of pixels alone have no reader. */
export const measuredTake = z.strictObject({
  scores: takeScores,
  readers: z.partialRecord(z.enum(measureNames), scoreReader),
});

/** See {@link measuredTake}. */
export type MeasuredTake = z.output<typeof measuredTake>;

/** A figure as a number. */
export const scoreNumber = (score: TakeScores[MeasureName] | undefined): number | undefined =>
  score === 'infinite' ? Number.POSITIVE_INFINITY : (score ?? undefined);

/** A figure as it is shown, without its unit; a dash where there is none. */
export function scoreText(name: MeasureName, score: TakeScores[MeasureName] | undefined): string {
  const value = scoreNumber(score);
  if (value === undefined) return '–';
  const { scale, digits } = measureTitles[name];
  return Number.isFinite(value) ? (scale * value).toFixed(digits) : '∞';
}

/** A figure as exact as it is shown. */
function shownNumber(name: MeasureName, score: TakeScores[MeasureName] | undefined): number {
  const text = scoreText(name, score);
  return text === '∞' ? Number.POSITIVE_INFINITY : Number(text);
}

/** Which of several figures is the best as they are shown; undefined where fewer than two are there or all are shown alike. */
export function bestScore(
  name: MeasureName,
  scores: readonly (TakeScores[MeasureName] | undefined)[],
): number | undefined {
  const { better } = measureTitles[name];
  const worth = scores.map((score) => {
    const value = scoreNumber(score) === undefined ? undefined : shownNumber(name, score);
    if (value === undefined) return undefined;
    return better === 'more' ? value : better === 'less' ? -value : -Math.abs(Math.log(Math.max(1e-9, value)));
  });
  const known = worth.filter((value) => value !== undefined);
  if (known.length < 2 || known.every((value) => value === known[0])) return undefined;
  const most = Math.max(...known);
  return worth.indexOf(most);
}
