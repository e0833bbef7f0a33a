/** Positions in SAM 2: sines of places and of distances in time, and turned pairs (RoPE). All tables are row-major. */

/** Base of every geometric row of frequencies here. */
const temperature = 10000;

/** Keeps the last row's division from reaching exactly one, as the reference does. */
const epsilon = 1e-6;

/** Sines of places of a side × side grid, (side · side, width): the first half tells the row, the second the column. */
export function gridSines(side: number, width: number): Float32Array {
  const half = width / 2;
  const result = new Float32Array(side * side * width);
  const lines = Array.from({ length: side }, (_, index) => {
    const place = ((index + 1) / (side + epsilon)) * 2 * Math.PI;
    return Float32Array.from({ length: half }, (__, channel) => {
      const angle = place / temperature ** ((2 * Math.floor(channel / 2)) / half);
      return channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
  });
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const at = (row * side + column) * width;
      result.set(lines[row] ?? [], at);
      result.set(lines[column] ?? [], at + half);
    }
  return result;
}

/** Sines of a distance in time, (width): sines first, then cosines. */
export function distanceSines(distance: number, width: number): Float32Array {
  const half = width / 2;
  return Float32Array.from({ length: width }, (_, index) => {
    const channel = index % half;
    const angle = distance / temperature ** ((2 * Math.floor(channel / 2)) / half);
    return index < half ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Centres of the cells of a side × side grid as (x, y) in 0..1: (side · side, 2). */
export function gridCentres(side: number): Float32Array {
  return Float32Array.from({ length: 2 * side * side }, (_, index) => {
    const cell = index >> 1;
    const place = index % 2 === 0 ? cell % side : Math.floor(cell / side);
    return (place + 0.5) / side;
  });
}

/**
 * Turns of the pairs of a vector per cell of a side × side grid, (side · side, width / 2): the first half of the pairs turns with the
 * column, the second with the row.
 */
export function gridTurns(side: number, width: number): { cosines: Float32Array; sines: Float32Array } {
  const pairs = width / 2;
  const quarter = pairs / 2;
  const cosines = new Float32Array(side * side * pairs);
  const sines = new Float32Array(side * side * pairs);
  for (let cell = 0; cell < side * side; cell++)
    for (let pair = 0; pair < pairs; pair++) {
      const place = pair < quarter ? cell % side : Math.floor(cell / side);
      const angle = place / temperature ** ((4 * (pair % quarter)) / width);
      cosines[cell * pairs + pair] = Math.cos(angle);
      sines[cell * pairs + pair] = Math.sin(angle);
    }
  return { cosines, sines };
}
