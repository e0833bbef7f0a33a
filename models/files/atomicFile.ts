import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StudioError } from '../errors/studioError.ts';

/** How a file is replaced. */
export interface ReplaceOptions {
  /** False: not synced, for what can be made again after a loss of power. */
  lasting?: boolean;
}

/**
 * Writes a file so that at every moment either the old or the new content is whole on disk: a new file beside it, synced,
 * renamed over the old one. The folder is made where it is missing.
 * @throws StudioError `disk-full` or `file-unwritable`; what `write` throws of its own is passed on
 */
export async function replaceFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  { lasting = true }: ReplaceOptions = {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      if (lasting) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    if (lasting) await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw translateWriteError(error, path);
  }
}

/** {@link replaceFile} with content that is at hand. */
export function writeFileAtomic(path: string, content: Uint8Array | string, options?: ReplaceOptions): Promise<void> {
  return replaceFile(path, (file) => file.writeFile(content), options);
}

/** Makes renames inside a folder last; where the system cannot sync folders (Windows) they already do. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file system's refusal to write, as a sentence. */
export function translateWriteError(error: unknown, path: string): StudioError {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StudioError('disk-full', `There is no space left to write ${path}.`, {
      hint: 'Free some space on that disk and try again; what was saved before is whole.',
      cause: error,
    });
  if (error instanceof StudioError) return error;
  return new StudioError('file-unwritable', `${path} could not be written (${code ?? String(error)}).`, {
    hint: 'Check that the folder exists and that you may write to it.',
    cause: error,
  });
}

/** The system's name of an error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
