import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, parse } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { MethodOutput } from '../../contract/methods.ts';
import type { FolderGrants } from './folderGrants.ts';

/** Folders shown of one at most. */
const mostFolders = 1000;

/** Where one begins on each system, beside the home folder. */
async function beginnings(home: string): Promise<string[]> {
  if (process.platform !== 'win32') return [home, '/'];
  const drives = [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`);
  const there = await Promise.all(
    drives.map((drive) =>
      stat(drive).then(
        () => drive,
        () => undefined,
      ),
    ),
  );
  return [home, ...there.filter((drive) => drive !== undefined)];
}

/**
 * A dialog for folders where there is no desktop to show its own: lists the folders within one. The page names none itself; it sends back
 * words it was given.
 */
export async function browseFolders(
  grants: FolderGrants,
  grant: string | null,
  home: string = homedir(),
): Promise<MethodOutput<'folders.browse'>> {
  if (grant === null) {
    const places = await beginnings(home);
    return {
      ...{ path: '', grant: null, parent: null },
      folders: places.map((path) => ({ name: path, grant: grants.give(path) })),
    };
  }
  const path = grants.take(grant);
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw new StudioError('file-unreadable', `The folder ${path} cannot be read.`, {
      hint: 'Choose another one.',
      cause,
    });
  });
  const names = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !/^[.$]/.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .slice(0, mostFolders);
  return {
    ...{ path, grant: grants.give(path) },
    parent: path === parse(path).root ? null : grants.give(dirname(path)),
    folders: names.map((name) => ({ name: basename(name), grant: grants.give(join(path, name)) })),
  };
}
