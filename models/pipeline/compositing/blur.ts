/** Planes that are blurred: `data` holds any number of planes of height × width. */
interface BlurredPlanes {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Blurs planes in place by about a Gaussian of `sigma` pixels (three box blurs); the border repeats. */
export function blurPlanes({ width, height, data }: BlurredPlanes, sigma: number): void {
  const radius = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2));
  const line = new Float32Array(width);
  const before = new Float32Array(width * height);
  const sums = new Float64Array(width);
  for (let pass = 0; pass < 3; pass++)
    for (let start = 0; start < data.length; start += width * height) {
      const plane = data.subarray(start, start + width * height);
      for (let y = 0; y < height; y++) blurLine(plane.subarray(y * width, (y + 1) * width), radius, line);
      blurColumns(plane, width, height, radius, before, sums);
    }
}

/** Blurs a line in place; `line` takes what it was. */
function blurLine(data: Float32Array, radius: number, line: Float32Array): void {
  line.set(data);
  const last = data.length - 1;
  const scale = 1 / (2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[i < 0 ? 0 : i > last ? last : i];
  for (let i = 0; i <= last; i++) {
    data[i] = sum * scale;
    const [next, gone] = [i + radius + 1, i - radius];
    sum += line[next > last ? last : next] - line[gone < 0 ? 0 : gone];
  }
}

/** Blurs every column of a plane in place, row after row; `before` takes what it was, `sums` a sum a column. */
function blurColumns(
  data: Float32Array,
  width: number,
  height: number,
  radius: number,
  before: Float32Array,
  sums: Float64Array,
): void {
  before.set(data);
  const last = height - 1;
  const scale = 1 / (2 * radius + 1);
  sums.fill(0);
  for (let y = -radius; y <= radius; y++) {
    const from = Math.min(last, Math.max(0, y)) * width;
    for (let x = 0; x < width; x++) sums[x] += before[from + x];
  }
  for (let y = 0; y <= last; y++) {
    const next = Math.min(last, y + radius + 1) * width;
    const gone = Math.max(0, y - radius) * width;
    for (let x = 0, to = y * width; x < width; x++, to++) {
      data[to] = sums[x] * scale;
      sums[x] += before[next + x] - before[gone + x];
    }
  }
}
