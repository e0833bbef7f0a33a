import path, { type PlatformPath } from 'node:path';

/** A folder, where files lie in it, with forward slashes, by their own paths, and which of these places are made up. */
export interface CommonFolder {
  readonly folder: string;
  readonly places: ReadonlyMap<string, string>;
  /** Files that no folder holds along with the others, as on another drive of Windows: their paths by the names that stand for their places. */
  readonly apart: ReadonlyMap<string, string>;
}

/** How places are found. */
export interface CommonFolderOptions {
  /** Bytes of a file; the drive with the most of them gives the folder. Default: every file counts alike. */
  readonly bytesOf?: (path: string) => number;
  /** The system whose paths they are. */
  readonly style?: PlatformPath;
}

/** The deepest folder that holds every path of the fullest drive: the runtime reads weights below one folder alone. */
export function commonFolder(
  paths: readonly string[],
  { bytesOf = () => 1, style = path }: CommonFolderOptions = {},
): CommonFolder {
  const { basename, dirname, sep, relative, parse } = style;
  const driveOf = (each: string): string => parse(each).root.toLowerCase();
  const bytes = new Map<string, number>();
  for (const each of paths) bytes.set(driveOf(each), (bytes.get(driveOf(each)) ?? 0) + bytesOf(each));
  const [[drive] = ['']] = [...bytes].sort(([, a], [, b]) => b - a);
  const together = paths.filter((each) => driveOf(each) === drive);
  let folder = dirname(together[0] ?? sep);
  while (!together.every((each) => each.startsWith(folder.endsWith(sep) ? folder : folder + sep))) {
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  const places = new Map(together.map((each) => [each, relative(folder, each).split(sep).join('/')]));
  const apart = new Map<string, string>();
  for (const each of paths.filter((other) => driveOf(other) !== drive)) {
    const name = `another drive ${apart.size + 1}/${basename(each)}`;
    places.set(each, name);
    apart.set(name, each);
  }
  return { folder, places, apart };
}
