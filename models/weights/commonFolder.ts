import path, { type PlatformPath } from 'node:path';
import { StudioError } from '../errors/studioError.ts';

/** A folder, and where files lie in it, with forward slashes, by their own paths. */
export interface CommonFolder {
  readonly folder: string;
  readonly places: ReadonlyMap<string, string>;
}

/**
 * The deepest folder that holds every path; the runtime reads weights below one folder alone. `style`: the system whose paths they are.
 * @throws StudioError `model-mismatch` where there is none, as on several drives of Windows
 */
export function commonFolder(paths: readonly string[], label: string, style: PlatformPath = path): CommonFolder {
  const { dirname, sep, relative, parse } = style;
  const roots = [...new Set(paths.map((each) => parse(each).root.toLowerCase()))];
  if (roots.length > 1)
    throw new StudioError(
      'model-mismatch',
      `The files of ${label} lie on several drives (${roots.join(', ').toUpperCase()}), and can only be used together from one.`,
      { hint: 'Move or copy them to one drive, and look through the folders again.' },
    );
  let folder = dirname(paths[0] ?? sep);
  while (!paths.every((each) => each.startsWith(folder.endsWith(sep) ? folder : folder + sep))) {
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  return { folder, places: new Map(paths.map((each) => [each, relative(folder, each).split(sep).join('/')])) };
}
