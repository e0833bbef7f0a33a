/** Where a cell lies, told to the bundled model's UNet behind its first convolution. */
import { add } from '../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../onnx/graphBuilder.ts';
import { matmul } from '../../onnx/linear.ts';
import { reshape } from '../../onnx/shaping.ts';

/** From −1 to 1 over a side of `count` cells; a single cell lies at −1. */
const places = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (count === 1 ? -1 : (2 * index) / (count - 1) - 1));

/** Features of h × w cells, row by row: y, x, then sine and cosine of π y, π x, 2π y and 2π x; (10, h·w). */
export function coordinateFeatures(height: number, width: number): number[][] {
  const columns = places(width);
  const cells = places(height).flatMap((y) => columns.map((x) => [y, x] as const));
  const waves = [1, 2].flatMap((octave) =>
    ([0, 1] as const).flatMap((axis) =>
      [Math.sin, Math.cos].map((wave) => cells.map((cell) => wave(Math.PI * octave * cell[axis]))),
    ),
  );
  return [cells.map(([y]) => y), cells.map(([, x]) => x), ...waves];
}

/** x (b, C, f, h, w) and what `coordinates.weight` (C, 10) makes of where each cell lies. */
export function addCoordinates(b: GraphBuilder, x: Tensor): Tensor {
  const [, channels = 0, , height = 0, width = 0] = x.shape;
  const features = coordinateFeatures(height, width);
  const table = b.constant([features.length, height * width], Float32Array.from(features.flat()));
  const said = matmul(b.weight('coordinates.weight', [channels, features.length]), table);
  return add(x, reshape(said, [1, channels, 1, height, width]));
}
