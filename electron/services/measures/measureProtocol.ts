import type { AttentionFacts } from '../../contract/measures/attention.ts';
import type { MeasuredTake } from '../../contract/measures/measures.ts';
import type { MeasuredJob } from './takeToMeasure.ts';

/** A made take to be measured. */
export interface MeasureQuestion {
  /** Its frames: a folder of pictures, or the pictures in their order. */
  readonly frames: string | readonly string[];
  readonly job: MeasuredJob;
  /** The model that made it: it knows where the subject is, and reads where there is no backbone. */
  readonly modelFolder: string;
  /** Where backbones are looked for. */
  readonly folders: readonly string[];
  readonly home: string;
}

/** A take whose attention is to be read; its maps are written into the folder that holds its latents. */
export interface AttentionQuestion {
  readonly folder: string;
  readonly job: MeasuredJob;
  readonly modelFolder: string;
}

/** What the process is asked. */
export type ReadingQuestion =
  | ({ readonly kind: 'measure' } & MeasureQuestion)
  | ({ readonly kind: 'attention' } & AttentionQuestion);

/** A sentence on what went wrong. */
interface Failure {
  readonly error: string;
}

/** What comes of measuring. */
export type MeasureAnswer = { readonly measured: MeasuredTake } | Failure;

/** What comes of reading attention. */
export type AttentionAnswer = { readonly facts: AttentionFacts } | Failure;
