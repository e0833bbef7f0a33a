import { type FileHandle, open } from 'node:fs/promises';
import { StudioError } from '../errors/studioError.ts';

/** Translates a file system failure on `path` into a sentence with a way out. */
export function fileError(path: string, cause: unknown): StudioError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new StudioError('file-missing', `${path} does not exist.`, { hint: 'Check the path.', cause });
  if (code === 'EISDIR') return new StudioError('format-unknown', `${path} is a folder, not a weight file.`, { cause });
  return new StudioError('file-unreadable', `${path} cannot be read${code ? ` (${String(code)})` : ''}.`, {
    hint: 'Check that you may read it and that its disk is still there.',
    cause,
  });
}

/** Opens a file for reading, hands it to `use` with its size, and closes it again. */
export async function withFile<T>(path: string, use: (file: FileHandle, sizeBytes: number) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw fileError(path, cause);
  }
  try {
    const facts = await file.stat();
    if (facts.isDirectory()) throw new StudioError('format-unknown', `${path} is a folder, not a weight file.`);
    if (!facts.isFile()) throw new StudioError('format-unknown', `${path} is not an ordinary file.`);
    return await use(file, facts.size);
  } catch (cause) {
    throw cause instanceof Error && 'syscall' in cause ? fileError(path, cause) : cause;
  } finally {
    await file.close();
  }
}

/** Reads exactly `length` bytes at `offset`; fewer are a truncated file. */
export async function readExactly(file: FileHandle, path: string, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0)
      throw new StudioError('format-damaged', `${path} ends at byte ${offset + done}, before all it announces.`, {
        hint: 'The download was cut short; fetch the file again.',
      });
    done += bytesRead;
  }
  return bytes;
}
