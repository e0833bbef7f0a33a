import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StudioError } from '../../errors/studioError.ts';
import type { NetworkLoader } from '../../model/networkLoader.ts';
import type { NetworkTable } from '../../model/networkTable.ts';
import { recogniseFile } from '../../recognise/recogniseFile.ts';
import type { Recognition } from '../../recognise/recognition.ts';
import { findWeightFile, readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';

/** A backbone's file, its header read. */
export interface BackboneFile {
  readonly path: string;
  readonly index: TensorIndex;
  /** config.json beside it; undefined where there is none. */
  readonly json: unknown;
  readonly recognition: Recognition;
}

/** What opens networks of a file. */
export type NetworkOpener = <Table extends NetworkTable>(
  table: Table,
  parts: ReadonlyMap<string, { readonly config: unknown; readonly tensors: TensorIndex }>,
) => NetworkLoader<Table>;

/** Finds the file that a path means and reads its header. */
export async function readBackbone(path: string): Promise<BackboneFile> {
  if (!existsSync(path))
    throw new StudioError('file-missing', `There is no file ${path}.`, { hint: 'Check the name.' });
  const file = statSync(path).isDirectory() ? findWeightFile(path) : path;
  if (file === undefined)
    throw new StudioError('file-missing', `${path} holds no weights.`, { hint: 'Name the weight file itself.' });
  const beside = join(dirname(file), 'config.json');
  return {
    path: file,
    index: await readCheckpoint(file),
    json: existsSync(beside) ? await readJson(beside).catch(() => undefined) : undefined,
    recognition: await recogniseFile(file),
  };
}

/** A file's name for people, with its folder's where the name says nothing. */
export const titleOf = (what: string, path: string): string => {
  const name = basename(path);
  return `${what} (${/^(model|pytorch_model|open_clip_\w+)\./.test(name) ? basename(dirname(path)) : name})`;
};
