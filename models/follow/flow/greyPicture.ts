/** One plane of brightness, row by row, 0..255. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The picture at half its size, each pixel the mean of four, after a light blur that keeps fine texture from aliasing. */
export function halved({ width, height, data }: GreyPicture): GreyPicture {
  const smallWidth = Math.max(1, width >> 1);
  const smallHeight = Math.max(1, height >> 1);
  const small = new Float32Array(smallWidth * smallHeight);
  for (let y = 0; y < smallHeight; y++) {
    const rows = [-1, 0, 1, 2].map((step) => width * Math.max(0, Math.min(height - 1, 2 * y + step)));
    const [above = 0, upper = 0, lower = 0, below = 0] = rows;
    for (let x = 0; x < smallWidth; x++) {
      const left = 2 * x;
      const right = Math.min(width - 1, left + 1);
      const before = Math.max(0, left - 1);
      const after = Math.min(width - 1, left + 2);
      // The kernel 1 3 3 1 in both directions.
      const inner = data[upper + left] + data[upper + right] + data[lower + left] + data[lower + right];
      const sides =
        data[upper + before] +
        data[upper + after] +
        data[lower + before] +
        data[lower + after] +
        data[above + left] +
        data[above + right] +
        data[below + left] +
        data[below + right];
      const corners = data[above + before] + data[above + after] + data[below + before] + data[below + after];
      small[y * smallWidth + x] = (9 * inner + 3 * sides + corners) / 64;
    }
  }
  return { width: smallWidth, height: smallHeight, data: small };
}

/** The picture and its halves, largest first, while the shorter side has at least `leastSide` pixels. */
export function pyramidOf(picture: GreyPicture, leastSide: number): readonly GreyPicture[] {
  const levels = [picture];
  for (let next = halved(picture); Math.min(next.width, next.height) >= leastSide; next = halved(next))
    levels.push(next);
  return levels;
}
