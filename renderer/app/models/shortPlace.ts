/** A place as people write it: below their home folder with ~ for that. */
export const shortPlace = (path: string, home: string): string =>
  path === home || (path.startsWith(home) && /^[\\/]/.test(path.slice(home.length)))
    ? `~${path.slice(home.length)}`
    : path;
