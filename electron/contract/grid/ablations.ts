import { z } from 'zod';
import { errorOnWire } from '../errorOnWire.ts';
import { recordId } from '../identities.ts';
import { jobStates, takeRequest } from '../jobs.ts';
import { type MeasureName, measureNames } from '../measures/measures.ts';

/** Figures of an ablation's tables; the others are about edits. */
export const ablatedMeasures = [
  'textAlignment',
  'subjectFidelity',
  'frameConsistency',
  'flicker',
  'drift',
  'placeRead',
  'motionRead',
] as const satisfies readonly MeasureName[];

/** Most subjects and sentences of an ablation. */
export const mostAblated = { subjects: 12, prompts: 6 } as const;

/** About how many takes an ablation makes: six of every subject under every sentence, fifteen more of the first two subjects for both α. */
export const ablatedTakes = (subjects: number, prompts: number): number =>
  prompts * (6 * subjects + 15 * Math.min(2, subjects));

/** Mean figures of several takes; absent where none has one. */
export const meanScores = z.partialRecord(z.enum(measureNames), z.number());

/** See {@link meanScores}. */
export type MeanScores = z.output<typeof meanScores>;

/** A subject of an ablation: a source and its mask, or its own transparency. */
export const ablatedSubject = takeRequest.pick({ sourceId: true, maskId: true, frameIndex: true });

/** See {@link ablatedSubject}. */
export type AblatedSubject = z.output<typeof ablatedSubject>;

/** An ablation as the page sees it; every change is sent whole. */
export const ablationView = z.strictObject({
  id: recordId,
  projectId: z.string(),
  label: z.string(),
  createdAt: z.string(),
  state: z.enum(jobStates),
  error: errorOnWire.nullable(),
  /** Takes that are made and measured, and how many there will be. */
  made: z.int().min(0),
  total: z.int().min(1),
  /** The report as one page that needs nothing beside it; null until it is written. */
  page: z.strictObject({ url: z.string(), name: z.string() }).nullable(),
});

/** See {@link ablationView}. */
export type AblationView = z.output<typeof ablationView>;

const projectId = z.string().max(200);

/** Calls about ablations: the paper's table for a model that runs. */
export const ablationMethods = {
  'ablations.list': {
    input: z.strictObject({ projectId }),
    output: z.strictObject({ ablations: z.array(ablationView) }),
  },
  /** Starts one: every subject under every sentence, each alignment added and taken away, both α. What else a take is made with, the request says. */
  'ablations.start': {
    input: z.strictObject({
      projectId,
      request: takeRequest,
      subjects: z.array(ablatedSubject).min(1).max(mostAblated.subjects),
      prompts: z.array(z.string().min(1).max(2000)).min(1).max(mostAblated.prompts),
    }),
    output: z.strictObject({ ablationId: recordId }),
  },
  /** Takes a report away with everything that was made for it. */
  'ablations.remove': {
    input: z.strictObject({ projectId, ablationId: recordId }),
    output: z.strictObject({}),
  },
} as const;
