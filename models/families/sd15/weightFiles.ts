import { statSync } from 'node:fs';
import { StudioError } from '../../errors/studioError.ts';
import { findWeightFile } from '../../weights/checkpoint.ts';
import { fileError } from '../../weights/openFile.ts';

/** Whether a path is a folder; one that does not exist is an error. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/** The file itself, or the weight file of a folder. */
export function weightFileOf(path: string): string {
  if (!isFolder(path)) return path;
  const file = findWeightFile(path);
  if (file === undefined)
    throw new StudioError('model-missing', `${path} holds no weight file, or several without a usual name.`, {
      hint: 'Name the file itself.',
    });
  return file;
}
