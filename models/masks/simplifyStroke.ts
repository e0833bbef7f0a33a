/**
 * A stroke's points (flat x, y, pressure) without those that change no visible pixel: every point left out lies within `tolerance`
 * pixels of the line between its kept neighbours, its width included (Ramer 1972; Douglas and Peucker 1973).
 */
export function simplifyStroke(points: readonly number[], radius: number, tolerance: number): number[] {
  const count = Math.floor(points.length / 3);
  if (count < 3) return [...points];
  const keep = new Uint8Array(count);
  keep[0] = 1;
  keep[count - 1] = 1;
  const ranges: [number, number][] = [[0, count - 1]];
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const [from, to] = range;
    const [farthest, distance] = farthestPoint(points, from, to, radius);
    if (distance <= tolerance) continue;
    keep[farthest] = 1;
    ranges.push([from, farthest], [farthest, to]);
  }
  const kept: number[] = [];
  for (let index = 0; index < count; index++)
    if (keep[index] === 1) kept.push(points[index * 3] ?? 0, points[index * 3 + 1] ?? 0, points[index * 3 + 2] ?? 1);
  return kept;
}

/** The point between two others that lies farthest from their line, with its distance in position and width together. */
function farthestPoint(points: readonly number[], from: number, to: number, radius: number): [number, number] {
  const x0 = points[from * 3] ?? 0;
  const y0 = points[from * 3 + 1] ?? 0;
  const w0 = (points[from * 3 + 2] ?? 1) * radius;
  const dx = (points[to * 3] ?? 0) - x0;
  const dy = (points[to * 3 + 1] ?? 0) - y0;
  const dw = (points[to * 3 + 2] ?? 1) * radius - w0;
  const lengthSquared = dx * dx + dy * dy;
  let farthest = from;
  let largest = -1;
  for (let index = from + 1; index < to; index++) {
    const px = (points[index * 3] ?? 0) - x0;
    const py = (points[index * 3 + 1] ?? 0) - y0;
    const along = lengthSquared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared)) : 0;
    const width = Math.abs((points[index * 3 + 2] ?? 1) * radius - w0 - along * dw);
    const distance = Math.hypot(px - along * dx, py - along * dy) + width;
    if (distance > largest) {
      largest = distance;
      farthest = index;
    }
  }
  return [farthest, largest];
}
