import { mean } from '../../../models/measure/likeness.ts';
import { ablatedMeasures, type MeanScores } from '../../contract/grid/ablations.ts';
import {
  type MeasuredTake,
  type MeasureName,
  measureNames,
  measureTitles,
  scoreNumber,
} from '../../contract/measures/measures.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import { missingSentence } from '../measures/openReaders.ts';

/** A take that was made and measured. */
export interface MeasuredResult {
  readonly result: TakeResult;
  readonly measured: MeasuredTake;
}

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
  /** Who read what, and which files would give figures as papers have them, a sentence each. */
  readonly notes: readonly string[];
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

/** Figures of the tables that some row has. */
export const knownMeasures = (rows: readonly ReportedRow[]) =>
  ablatedMeasures.filter((name) => rows.some(({ means }) => means[name] !== undefined));

/** Which reader papers take for a figure. */
const papersReaders = {
  textAlignment: 'sentences',
  subjectFidelity: 'subjects',
  frameConsistency: 'pictures',
} as const satisfies Partial<Record<MeasureName, Parameters<typeof missingSentence>[0]>>;

/** Who read the figures of takes, and what is needed for those that cannot be held against papers'. */
export function readingNotes(takes: readonly MeasuredResult[]): readonly string[] {
  const readers = Object.assign({}, ...takes.map(({ measured }) => measured.readers)) as MeasuredTake['readers'];
  const names = measureNames.filter((name) => readers[name]);
  const wanting = Object.entries(papersReaders).filter(([name]) => !readers[name as MeasureName]?.comparable);
  return [
    ...names.map((name) => {
      const { title = '', comparable = false } = readers[name] ?? {};
      return `${measureTitles[name].title}: read by ${title}${comparable ? '' : ', not comparable with figures of papers'}.`;
    }),
    ...wanting.map(([, reader]) => missingSentence(reader)),
  ];
}
