/** The oldest ffmpeg that is used: the oldest of which a supported system still mends the holes. */
export const oldestFfmpeg = { major: 4, minor: 4 } as const;

/** Builds of the developers' tree have no version: a count of changes, or a day. These are those of the version above. */
const oldestRevision = 101_000;
const oldestYear = 2021;

/** Whether the first line of `ffmpeg -version` tells of one that is too old, or of none. */
export function isTooOld(versionLine: string): boolean {
  const day = /version (\d{4})-\d\d-\d\d/.exec(versionLine);
  if (day) return Number(day[1]) <= oldestYear;
  const revision = /version N-(\d+)/.exec(versionLine);
  if (revision) return Number(revision[1]) < oldestRevision;
  const release = /version n?(\d+)\.(\d+)/.exec(versionLine);
  if (!release) return true;
  const [major, minor] = [Number(release[1]), Number(release[2])];
  return major < oldestFfmpeg.major || (major === oldestFfmpeg.major && minor < oldestFfmpeg.minor);
}
