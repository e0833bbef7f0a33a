/** The known words that are spelled most like a word, the nearest first: at most `count`, and none that differs by more than a fourth. */
export function nearestWords(word: string, known: ReadonlySet<string>, count = 3): string[] {
  const most = Math.max(1, Math.floor(word.length / 4));
  const near: { word: string; distance: number }[] = [];
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > most + 2 || candidate.length < 2) continue;
    // A longer or shorter form of the same word is nearer than its letters tell.
    const isForm =
      Math.min(candidate.length, word.length) >= 4 && (candidate.startsWith(word) || word.startsWith(candidate));
    const distance = isForm ? 0.5 : editDistance(word, candidate, most);
    if (distance <= most) near.push({ word: candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.word < b.word ? -1 : 1));
  return near.slice(0, count).map((found) => found.word);
}

/** Letters to be put in, taken out, replaced or swapped with their neighbour (Damerau); more than `most` is only known to be more. */
function editDistance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min((last[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + same);
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwapped) least = Math.min(least, (before[column - 2] ?? 0) + 1);
      now.push(least);
    }
    if (Math.min(...now) > most) return most + 1;
    before = last;
    last = now;
  }
  return last[b.length] ?? most + 1;
}
