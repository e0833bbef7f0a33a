import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../../models/files/boundedJson.ts';

const remembered = z.object({
  /** Folders that the user added. */
  folders: z.array(z.string()).max(1000).default([]),
  /** Files that the user took off the list. */
  removed: z.array(z.string()).max(100_000).default([]),
});

/** What of the model page outlives the studio. */
export type Remembered = z.output<typeof remembered>;

/** The user's own note of folders and files, for all projects; a note that cannot be read is an empty one. */
export class RememberedFolders {
  readonly #path: string;
  #turn: Promise<unknown> = Promise.resolve();

  /** `home`: the user's home folder. */
  constructor(home: string) {
    this.#path = join(home, '.magdiff', 'library.json');
  }

  async read(): Promise<Remembered> {
    try {
      return remembered.parse(parseBoundedJson(await readFile(this.#path, 'utf8'), this.#path));
    } catch {
      return remembered.parse({});
    }
  }

  /** Changes the note; changes asked for together come one after the other. @throws StudioError `disk-full`, `file-unwritable` */
  change(how: (before: Remembered) => Remembered): Promise<Remembered> {
    const changing = this.#turn.then(async () => {
      const after = how(await this.read());
      await writeFileAtomic(this.#path, JSON.stringify(after, null, 1));
      return after;
    });
    // The next in turn does not care how this one ended; who asked for it does.
    this.#turn = changing.catch(() => undefined);
    return changing;
  }
}
