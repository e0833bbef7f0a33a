import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { StudioError } from '../../../models/errors/studioError.ts';
import { receiveFile } from './store/assetStore.ts';

/** Files that pages sent and that wait for the call that uses them; forgotten when the studio ends. */
export class Uploads {
  readonly #folder: string;
  /** Bytes of the largest file that is taken in. */
  readonly limitBytes: number;

  /** `folder`: one of this studio alone. */
  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.limitBytes = limitBytes;
  }

  /** Takes a file in under a name that the contract has checked. One that is torn or too large leaves nothing behind. */
  async receive(uploadId: string, stream: Readable): Promise<{ id: string; sizeBytes: number }> {
    const path = join(this.#folder, uploadId);
    try {
      return await receiveFile(stream, path, this.limitBytes);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  /** Where an upload lies. @throws StudioError `request-invalid` where it is gone */
  async pathOf(uploadId: string): Promise<string> {
    const path = join(this.#folder, uploadId);
    if (!(await stat(path).catch(() => undefined)))
      throw new StudioError('request-invalid', 'The upload is not here any more.', { hint: 'Choose the file again.' });
    return path;
  }
}
