import type { MeasuredTake } from '../../contract/measures.ts';
import type { MeasuredJob } from './takeToMeasure.ts';

/** A made take to be measured. */
export interface MeasureQuestion {
  /** Its frames as pictures. */
  readonly framesFolder: string;
  readonly job: MeasuredJob;
  /** The model that made it: it knows where the subject is, and reads where there is no backbone. */
  readonly modelFolder: string;
  /** Where backbones are looked for. */
  readonly folders: readonly string[];
  readonly home: string;
}

/** What comes of it. */
export type MeasureAnswer = { readonly measured: MeasuredTake } | { readonly error: string };
