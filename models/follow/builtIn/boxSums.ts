/** The mean of the values within `radius` of each, in both directions; at the border, of those that there are. */
export function boxMean(data: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const base = y * width;
    let sum = 0;
    for (let x = 0; x < Math.min(radius, width); x++) sum += data[base + x];
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += data[base + x + radius];
      if (x - radius > 0) sum -= data[base + x - radius - 1];
      rows[base + x] = sum / (Math.min(width - 1, x + radius) - Math.max(0, x - radius) + 1);
    }
  }
  const mean = new Float32Array(data.length);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(radius, height); y++)
    for (let x = 0, at = y * width; x < width; x++, at++) sums[x] += rows[at];
  for (let y = 0; y < height; y++) {
    if (y + radius < height) for (let x = 0, at = (y + radius) * width; x < width; x++, at++) sums[x] += rows[at];
    if (y - radius > 0) for (let x = 0, at = (y - radius - 1) * width; x < width; x++, at++) sums[x] -= rows[at];
    const count = Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1;
    for (let x = 0, at = y * width; x < width; x++, at++) mean[at] = sums[x] / count;
  }
  return mean;
}
