/** Where every pixel of one picture lies in another, as steps in pixels: right and down. */
export interface Flow {
  readonly width: number;
  readonly height: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A flow brought to another size, its steps with it. */
export function sized(flow: Flow, width: number, height: number): Flow {
  if (flow.width === width && flow.height === height) return flow;
  const x = new Float32Array(width * height);
  const y = new Float32Array(width * height);
  const scaleX = flow.width / width;
  const scaleY = flow.height / height;
  for (let row = 0; row < height; row++) {
    const v = Math.max(0, Math.min(flow.height - 1, (row + 0.5) * scaleY - 0.5));
    const top = Math.min(flow.height - 1, Math.floor(v));
    const bottom = Math.min(flow.height - 1, top + 1);
    const down = v - top;
    for (let column = 0; column < width; column++) {
      const u = Math.max(0, Math.min(flow.width - 1, (column + 0.5) * scaleX - 0.5));
      const left = Math.min(flow.width - 1, Math.floor(u));
      const right = Math.min(flow.width - 1, left + 1);
      const across = u - left;
      const a = top * flow.width + left;
      const b = top * flow.width + right;
      const c = bottom * flow.width + left;
      const d = bottom * flow.width + right;
      const wa = (1 - across) * (1 - down);
      const wb = across * (1 - down);
      const wc = (1 - across) * down;
      const wd = across * down;
      const at = row * width + column;
      x[at] = (wa * flow.x[a] + wb * flow.x[b] + wc * flow.x[c] + wd * flow.x[d]) / scaleX;
      y[at] = (wa * flow.y[a] + wb * flow.y[b] + wc * flow.y[c] + wd * flow.y[d]) / scaleY;
    }
  }
  return { width, height, x, y };
}

/** A flow that moves nothing. */
export function still(width: number, height: number): Flow {
  return { width, height, x: new Float32Array(width * height), y: new Float32Array(width * height) };
}
