import { mean } from '../../../models/measure/likeness.ts';
import { type MeasureName, measureNames, scoreNumber } from '../../contract/measures/measures.ts';
import type { MeasuredResult } from './madeAndMeasured.ts';

/** Figures of the tables; the others are about edits. */
export const shownMeasures = [
  'textAlignment',
  'subjectFidelity',
  'frameConsistency',
  'flicker',
  'drift',
] as const satisfies readonly MeasureName[];

/** Mean figures of several takes; undefined where none has one. */
export type MeanScores = Readonly<Partial<Record<MeasureName, number>>>;

/** A take of the report with the clip that shows it. */
export interface ReportedTake extends MeasuredResult {
  readonly subject: string;
  readonly prompt: string;
  /** Relative to the report's folder. */
  readonly clip: string;
}

/** A row of a table: what was set, the takes made so, and their mean figures. */
export interface ReportedRow {
  readonly name: string;
  readonly takes: readonly ReportedTake[];
  readonly means: MeanScores;
}

/** Everything a report says. */
export interface AblationReport {
  readonly model: string;
  readonly modelHash: string;
  readonly readers: readonly string[];
  readonly missing: readonly string[];
  readonly rows: readonly ReportedRow[];
  /** Row by row, text α down, image α across. */
  readonly alphas: readonly (readonly ReportedRow[])[];
}

/** Means over takes. */
export function meansOf(takes: readonly MeasuredResult[]): MeanScores {
  return Object.fromEntries(
    measureNames.flatMap((name) => {
      const known = takes.flatMap(({ measured }) => scoreNumber(measured.scores[name]) ?? []).filter(Number.isFinite);
      return known.length === 0 ? [] : [[name, mean(known)]];
    }),
  );
}
