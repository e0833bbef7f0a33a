import type { Planes } from '../../math/resample.ts';

/** A step at a cell's border beyond this, of a range of 2, is an edge of the picture. */
const edgeStep = 0.28;

/**
 * Takes the steps at the borders of cells off a decoded frame: where the picture jumps there by more than it slopes on both sides, and by less
 * than an edge, the jump is spread as a ramp over half of each cell.
 * @param made planes from −1 to 1, changed in place. @param cell its pixels.
 */
export function joinCells({ width, height, channels, data }: Planes, cell: number): void {
  const reach = Math.floor(cell / 2);
  if (reach < 2) return;
  const steps = new Float32Array(Math.max(width, height));
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * width * height;
    for (let x = cell; x + reach <= width; x += cell) joinBorder(data, start + x, 1, width, height, reach, steps);
    for (let y = cell; y + reach <= height; y += cell)
      joinBorder(data, start + y * width, width, 1, width, reach, steps);
  }
}

/** Joins along one border: `across` leads from one side to the other, `along` from pixel to pixel of it. */
function joinBorder(
  data: Float32Array,
  start: number,
  across: number,
  along: number,
  length: number,
  reach: number,
  steps: Float32Array,
): void {
  for (let i = 0, at = start; i < length; i++, at += along) {
    const [a, b, c, d] = [data[at - 2 * across], data[at - across], data[at], data[at + across]];
    steps[i] = c - b - (b - a + (d - c)) / 2;
  }
  for (let i = 0, at = start; i < length; i++, at += along) {
    // Along the border its step changes slowly; what differs from pixel to pixel is of the picture.
    let sum = 0;
    for (let beside = -2; beside <= 2; beside++) sum += steps[Math.min(length - 1, Math.max(0, i + beside))];
    const step = sum / 5;
    const share = Math.max(0, 1 - (step / edgeStep) ** 2);
    for (let away = 0; away < reach; away++) {
      const part = (share * step * (1 - (away + 0.5) / reach)) / 2;
      data[at - (away + 1) * across] += part;
      data[at + away * across] -= part;
    }
  }
}
