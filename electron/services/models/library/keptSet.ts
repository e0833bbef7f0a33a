import type { ModelSet } from '../../../../models/families/sd15/setFile.ts';

/** A set that is kept. */
export interface KeptSet {
  /** Name of its folder, by which it is a model. */
  readonly modelId: string;
  readonly folder: string;
  readonly set: ModelSet;
}
