import { z } from 'zod';
import { errorOnWire } from '../errorOnWire.ts';
import { recordId } from '../identities.ts';
import { jobStates, takeRequest } from '../jobs.ts';
import { type MeasuredTake, type MeasureName, measureTitles, scoreNumber } from '../measures/measures.ts';

/** How much each of the figures counts that a search can go by. */
export const scoreWeights = z.strictObject({
  textAlignment: z.number().min(0).max(10),
  subjectFidelity: z.number().min(0).max(10),
  frameConsistency: z.number().min(0).max(10),
  flicker: z.number().min(0).max(10),
  drift: z.number().min(0).max(10),
});

/** See {@link scoreWeights}. */
export type ScoreWeights = z.output<typeof scoreWeights>;

/** Figures as they are shown, times their weights; less of flicker and drift is more. A figure that nobody reads counts nothing. */
export function weightedScore({ scores }: MeasuredTake, weights: ScoreWeights): number {
  const counted: readonly MeasureName[] = ['textAlignment', 'subjectFidelity', 'frameConsistency', 'flicker', 'drift'];
  return counted.reduce((sum, name) => {
    const { scale, better } = measureTitles[name];
    const weight = name in weights ? weights[name as keyof ScoreWeights] : 0;
    return sum + weight * (better === 'less' ? -1 : 1) * scale * (scoreNumber(scores[name]) ?? 0);
  }, 0);
}

/** A point of a search: factors on the learned weights, and by groups of layers. */
export const alphaPoint = z.strictObject({
  text: z.number().min(0).max(4),
  image: z.number().min(0).max(4),
  groups: z.record(z.string(), z.number()),
});

/** See {@link alphaPoint}. */
export type AlphaPoint = z.output<typeof alphaPoint>;

/** How a point compares with the learned values in takes of other seeds with all steps. */
export const alphaVerdict = z.strictObject({
  gain: z.number(),
  standardError: z.number(),
  /** Whether the gain is more than twice its error. */
  isBetter: z.boolean(),
  seeds: z.int().min(1),
});

/** See {@link alphaVerdict}. */
export type AlphaVerdict = z.output<typeof alphaVerdict>;

/** What gains come to. */
export function verdictOf(gains: readonly number[]): AlphaVerdict {
  const gain = gains.reduce((sum, value) => sum + value, 0) / Math.max(1, gains.length);
  const squares = gains.reduce((sum, value) => sum + (value - gain) ** 2, 0) / Math.max(1, gains.length);
  const standardError = Math.sqrt(squares / Math.max(1, gains.length - 1));
  return { gain, standardError, isBetter: gain > 2 * standardError && gain > 0, seeds: Math.max(1, gains.length) };
}

/** A search as the page sees it; every change is sent whole. */
export const alphaSearchView = z.strictObject({
  id: recordId,
  projectId: z.string(),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  /** Points looked at, in order. */
  path: z.array(z.strictObject({ point: alphaPoint, score: z.number(), taken: z.boolean() })),
  best: alphaPoint.nullable(),
  /** Null until the takes of other seeds are made. */
  verdict: alphaVerdict.nullable(),
});

/** See {@link alphaSearchView}. */
export type AlphaSearchView = z.output<typeof alphaSearchView>;

const projectId = z.string().max(200);

/** Calls about searches for α. */
export const alphaMethods = {
  /** The project's search, running or over; null where there was none. */
  'alpha.read': {
    input: z.strictObject({ projectId }),
    output: z.strictObject({ search: alphaSearchView.nullable() }),
  },
  /** Starts a search in the place of an earlier one. @throws `conflict` while one is running */
  'alpha.start': {
    input: z.strictObject({ projectId, request: takeRequest, weights: scoreWeights }),
    output: z.strictObject({ searchId: recordId }),
  },
  /** Goes on with a search that was stopped or failed. @throws `conflict` while it runs, `job-unknown` where there is none */
  'alpha.goOn': {
    input: z.strictObject({ projectId }),
    output: z.strictObject({}),
  },
} as const;
