/** A part of a clip's pictures, seen at a size of its own. It may reach beyond the picture. */
export interface View {
  /** The upper left corner, in pixels of the clip. */
  readonly left: number;
  readonly top: number;
  /** Pixels of the clip to one of the view. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** The size of a clip's pictures. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What is seen through a view: red, green and blue planes, 0..255. Beyond the picture its border goes on. */
export interface Seen {
  readonly view: View;
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** Brightness, by Rec. 601's weights. */
  readonly grey: Float32Array;
}

/** How likely each pixel of a view is the subject, 0..1. Beyond the view the subject is not. */
export interface SoftMask {
  readonly view: View;
  readonly data: Float32Array;
}

/** For each pixel along one side of a view: which of the picture's pixels it covers, from `first` up to `last`, both included. */
function covered(start: number, scale: number, count: number, size: number): { first: Int32Array; last: Int32Array } {
  const first = new Int32Array(count);
  const last = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const from = Math.round(start + index * scale);
    const to = Math.max(from, Math.round(start + (index + 1) * scale) - 1);
    first[index] = Math.max(0, Math.min(size - 1, from));
    last[index] = Math.max(0, Math.min(size - 1, to));
  }
  return { first, last };
}

/** Looks at a picture (8-bit RGBA) through a view: each pixel is the mean of those it covers. */
export function seenThrough(view: View, picture: Uint8Array, size: PictureSize): Seen {
  const { width, height } = view;
  const columns = covered(view.left, view.scale, width, size.width);
  const rows = covered(view.top, view.scale, height, size.height);
  const planes = [0, 1, 2, 3].map(() => new Float32Array(width * height));
  const [red, green, blue, grey] = planes as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      let [r, g, b, count] = [0, 0, 0, 0];
      for (let row = rows.first[y]; row <= rows.last[y]; row++) {
        let from = 4 * (row * size.width + columns.first[x]);
        for (let column = columns.first[x]; column <= columns.last[x]; column++, from += 4) {
          r += picture[from];
          g += picture[from + 1];
          b += picture[from + 2];
          count++;
        }
      }
      red[at] = r / count;
      green[at] = g / count;
      blue[at] = b / count;
      grey[at] = (0.299 * r + 0.587 * g + 0.114 * b) / count;
    }
  return { view, red, green, blue, grey };
}

/** The same at half the size; the view's sides are even. */
export function halfSeen({ view, red, green, blue, grey }: Seen): Seen {
  const small = { ...view, scale: 2 * view.scale, width: view.width >> 1, height: view.height >> 1 };
  const [halfRed, halfGreen, halfBlue, halfGrey] = [red, green, blue, grey].map((plane) =>
    halfPlane(plane, view.width),
  );
  return { view: small, red: halfRed, green: halfGreen, blue: halfBlue, grey: halfGrey };
}

/** A plane at half its size, each pixel the mean of four; both sides are even. */
export function halfPlane(plane: Float32Array, width: number): Float32Array {
  const half = new Float32Array(plane.length >> 2);
  const across = width >> 1;
  for (let at = 0, row = 0; at < half.length; row++)
    for (let x = 0, from = 2 * row * width; x < across; x++, at++, from += 2)
      half[at] = (plane[from] + plane[from + 1] + plane[from + width] + plane[from + width + 1]) / 4;
  return half;
}

/** A mask of the clip (one byte a pixel, 128 and above the subject) through a view: the share of each pixel that is subject. */
export function maskThrough(view: View, mask: Uint8Array, size: PictureSize): SoftMask {
  const { width, height } = view;
  const columns = covered(view.left, view.scale, width, size.width);
  const rows = covered(view.top, view.scale, height, size.height);
  const data = new Float32Array(width * height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      let [sum, count] = [0, 0];
      for (let row = rows.first[y]; row <= rows.last[y]; row++)
        for (let column = columns.first[x]; column <= columns.last[x]; column++, count++)
          if (mask[row * size.width + column] >= 128) sum++;
      data[at] = sum / count;
    }
  return { view, data };
}

/** A plane of one view as another view sees it, between its pixels; `outside` where the first does not reach. */
export function throughView(data: Float32Array, from: View, to: View, outside = 0): Float32Array {
  const seen = new Float32Array(to.width * to.height).fill(outside);
  const ratio = to.scale / from.scale;
  for (let y = 0, at = 0; y < to.height; y++) {
    const v = (to.top - from.top) / from.scale + (y + 0.5) * ratio - 0.5;
    if (v <= -1 || v >= from.height) {
      at += to.width;
      continue;
    }
    const top = Math.max(0, Math.min(from.height - 2, Math.floor(v)));
    const down = Math.max(0, Math.min(1, v - top));
    for (let x = 0; x < to.width; x++, at++) {
      const u = (to.left - from.left) / from.scale + (x + 0.5) * ratio - 0.5;
      if (u <= -1 || u >= from.width) continue;
      const left = Math.max(0, Math.min(from.width - 2, Math.floor(u)));
      const across = Math.max(0, Math.min(1, u - left));
      const base = top * from.width + left;
      const upper = data[base] * (1 - across) + data[base + 1] * across;
      const lower = data[base + from.width] * (1 - across) + data[base + from.width + 1] * across;
      seen[at] = upper * (1 - down) + lower * down;
    }
  }
  return seen;
}

/** A soft mask cut at a half, one byte a pixel of the clip: 255 or 0. */
export function cutMask({ view, data }: SoftMask, { width, height }: PictureSize): Uint8Array {
  const whole = throughView(data, view, { left: 0, top: 0, scale: 1, width, height });
  const mask = new Uint8Array(whole.length);
  for (let at = 0; at < mask.length; at++) if (whole[at] >= 0.5) mask[at] = 255;
  return mask;
}
