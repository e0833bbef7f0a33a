/**
 * Blurs planes in place by about a Gaussian of `sigma` pixels (three box blurs); the border repeats.
 * @param data `channels` planes of height × width.
 */
export function blurPlanes(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: Float32Array },
  sigma: number,
): void {
  const radius = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2));
  const line = new Float32Array(Math.max(width, height));
  const planes = data.length / (width * height);
  for (let pass = 0; pass < 3; pass++)
    for (let plane = 0; plane < planes; plane++) {
      const start = plane * width * height;
      for (let y = 0; y < height; y++) blurLine(data, start + y * width, 1, width, radius, line);
      for (let x = 0; x < width; x++) blurLine(data, start + x, width, height, radius, line);
    }
}

function blurLine(data: Float32Array, start: number, step: number, length: number, radius: number, line: Float32Array) {
  for (let i = 0, at = start; i < length; i++, at += step) line[i] = data[at];
  const last = length - 1;
  const scale = 1 / (2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[i < 0 ? 0 : i > last ? last : i];
  for (let i = 0, at = start; i < length; i++, at += step) {
    data[at] = sum * scale;
    const [next, gone] = [i + radius + 1, i - radius];
    sum += line[next > last ? last : next] - line[gone < 0 ? 0 : gone];
  }
}
