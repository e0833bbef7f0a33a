import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { recogniseFile } from '../../../../models/recognise/recogniseFile.ts';
import { ownModels } from '../../studioPlaces.ts';
import type { CatalogueFile, CatalogueModel } from './catalogue.ts';
import { type FetchProgress, fetchFile } from './fetchFile.ts';
import type { FetchRules } from './request.ts';

/** Where fetched files are kept: one of the folders that are looked through for models. */
export const fetchedFolder = (home: string = homedir()): string => join(ownModels(home), 'fetched');

/** A file that is here now. */
export interface FetchedFile {
  readonly path: string;
  /** Undefined where it was here already. */
  readonly sha256: string | undefined;
}

/**
 * Fetches the files of a catalogue's model into a folder, one after the other, those that are there left alone, and looks at what each is.
 * @throws StudioError as `fetchFile`, and `format-unknown` where a file is not what the catalogue says; CancelledError
 */
export async function fetchFiles(
  model: CatalogueModel,
  folder: string,
  rules: FetchRules,
  onProgress: (progress: FetchProgress & { readonly file: string }) => void = () => undefined,
): Promise<readonly FetchedFile[]> {
  const fetched: FetchedFile[] = [];
  for (const file of model.files) {
    const path = join(folder, file.file);
    const sha256 = existsSync(path)
      ? undefined
      : await fetchFile({ ...file, path }, rules, (progress) => onProgress({ ...progress, file: file.file }));
    await requireRole(path, file);
    fetched.push({ path, sha256 });
  }
  return fetched;
}

/** A file that is not what the catalogue says is not kept. */
async function requireRole(path: string, { file, role }: CatalogueFile): Promise<void> {
  const found = await recogniseFile(path);
  if (found.role === role) return;
  await rm(path, { force: true });
  throw new StudioError(
    'format-unknown',
    `${file} was to be ${role.replace('-', ' ')} and is ${found.what}; it was not kept.`,
    {
      hint: 'The address may hold something else by now; fetch the file with a browser and look at it with "magdiff models inspect".',
    },
  );
}
