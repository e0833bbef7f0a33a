import { randomBytes } from 'node:crypto';
import { StudioError } from '../../../models/errors/studioError.ts';

/** Folders that a native dialog chose, each under a word that the page is given and that works once. */
export class FolderGrants {
  readonly #folders = new Map<string, string>();

  /** A word for a folder. */
  give(folder: string): string {
    const grant = randomBytes(16).toString('hex');
    this.#folders.set(grant, folder);
    return grant;
  }

  /** The folder a word was given for. @throws StudioError `not-allowed` for any other word, and the second time */
  take(grant: string): string {
    const folder = this.#folders.get(grant);
    if (folder === undefined)
      throw new StudioError('not-allowed', 'This folder was not chosen in a dialog.', { hint: 'Choose Open again.' });
    this.#folders.delete(grant);
    return folder;
  }
}
