import type { Conditions } from './conditions.ts';
import type { ModelDescription } from './description.ts';
import type { Manifest } from './manifest.ts';
import type { Model } from './model.ts';
import type { Networks } from './networks.ts';
import type { NetworkSet, PartFiles } from './networkTable.ts';

/** A model's files sorted out: which part lies where. */
export interface ModelFiles {
  /** What they were looked for under. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly parts: ReadonlyMap<string, PartFiles>;
  readonly tokenizerFolder: string;
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** What is not there and would be needed, as sentences. */
  readonly missing: readonly string[];
  /** Keys of a combined checkpoint that belong to no network of this family. */
  readonly strayKeys: readonly string[];
  /** What is worth knowing of its files, as sentences. */
  readonly notes?: readonly string[];
  /** What of its files can only be used in part, as sentences. */
  readonly warnings?: readonly string[];
}

/** A family of models: how its files are recognised, which networks it has, how its conditions are made. One folder of models/families. */
export interface Family {
  /** Its folder's name; the table of networks says with it which networks it has. */
  readonly name: string;
  /** Whether a folder is of its form, from names alone. */
  holds(folder: string): boolean;
  /** What a model says about itself, its weights unread. @throws StudioError `format-damaged` */
  readManifest(folder: string): Promise<Manifest>;
  /** Reads descriptions and weight headers. */
  readFiles(folder: string): Promise<ModelFiles>;
  /** Puts together what the pipeline needs to know, with the α its layers learned. */
  describe(files: ModelFiles, networks: NetworkSet<Networks>): Promise<ModelDescription>;
  conditions(model: Model): Conditions;
  /** One sentence that says what such a folder is, for `magdiff models inspect`. */
  sentence(manifest: Manifest): string;
}
