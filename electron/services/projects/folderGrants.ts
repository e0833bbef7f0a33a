import { randomBytes } from 'node:crypto';
import { StudioError } from '../../../models/errors/studioError.ts';

/** Words that wait to be used at most; a list of folders gives one for each. */
const mostGrants = 5000;

/** Folders and packed projects that a native dialog or the system chose, each under a word that the page is given and that works once. */
export class FolderGrants {
  readonly #folders = new Map<string, string>();

  /** A word for a folder, or a packed project. */
  give(folder: string): string {
    const grant = randomBytes(16).toString('hex');
    this.#folders.set(grant, folder);
    const [oldest] = this.#folders.keys();
    if (this.#folders.size > mostGrants && oldest !== undefined) this.#folders.delete(oldest);
    return grant;
  }

  /** What a word was given for. @throws StudioError `not-allowed` for any other word, and the second time */
  take(grant: string): string {
    const folder = this.#folders.get(grant);
    if (folder === undefined)
      throw new StudioError('not-allowed', 'This folder was not chosen in a dialog.', { hint: 'Choose Open again.' });
    this.#folders.delete(grant);
    return folder;
  }
}
