/** Run lengths of a bitmap (anything from 128 up is inside), row by row, beginning with a run outside; the form a region operation stores. */
export function encodeRuns(coverage: Uint8Array): number[] {
  const runs: number[] = [];
  let inside = false;
  let start = 0;
  for (let index = 0; index <= coverage.length; index++) {
    const now: boolean = index < coverage.length ? (coverage[index] ?? 0) >= 128 : !inside;
    if (now !== inside) {
      runs.push(index - start);
      start = index;
      inside = now;
    }
  }
  return runs;
}

/** The bitmap (0 or 255) of {@link encodeRuns}; runs beyond `size` pixels are cut off, missing ones are outside. */
export function decodeRuns(runs: readonly number[], size: number): Uint8Array {
  const coverage = new Uint8Array(size);
  let at = 0;
  for (let index = 0; index < runs.length && at < size; index++) {
    const end = Math.min(size, at + Math.max(0, runs[index] ?? 0));
    if (index % 2 === 1) coverage.fill(255, at, end);
    at = end;
  }
  return coverage;
}
