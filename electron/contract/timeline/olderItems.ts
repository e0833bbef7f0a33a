/** What a piece of the first two formats looked like: it named its row, of which there were two. */
export function upgradeItem(record: unknown): unknown {
  if (typeof record !== 'object' || record === null || !('track' in record)) return record;
  const { track, ...rest } = record;
  return { ...rest, trackId: track === 'take' ? 'track-take' : 'track-source' };
}
