/** For each place of a line of `to` the two places of a line of `from` it lies between, and how far from the first. */
function betweens(from: number, to: number): readonly { low: number; high: number; share: number }[] {
  return Array.from({ length: to }, (_, index) => {
    const place = Math.max(0, ((index + 0.5) * from) / to - 0.5);
    const low = Math.min(from - 1, Math.floor(place));
    return { low, high: Math.min(from - 1, low + 1), share: place - low };
  });
}

/** Logits of a side × side square, stretched to width × height along lines and cut at 0: 255 is the subject. */
export function enlargedMask(logits: Float32Array, side: number, width: number, height: number): Uint8Array {
  const across = betweens(side, width);
  const mask = new Uint8Array(width * height);
  const row = new Float32Array(side);
  for (const [y, { low, high, share }] of betweens(side, height).entries()) {
    for (let x = 0; x < side; x++) {
      const [above = 0, below = 0] = [logits[low * side + x], logits[high * side + x]];
      row[x] = above + share * (below - above);
    }
    for (let x = 0; x < width; x++) {
      const between = across[x];
      if (!between) continue;
      const [left = 0, right = 0] = [row[between.low], row[between.high]];
      if (left + between.share * (right - left) > 0) mask[y * width + x] = 255;
    }
  }
  return mask;
}
