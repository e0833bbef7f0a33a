import type { FollowClip } from '../../../models/follow/follower.ts';
import { type Motion, type Placement, placed } from './motion.ts';

/** A picture with alpha, 8-bit RGBA. */
export interface CutOut {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A thing that moves over a clip. */
export interface Layer {
  readonly cutOut: CutOut;
  readonly motion: Motion;
  /** How long the shutter is open, as a share of a frame: how far it is blurred along its way. */
  readonly shutter: number;
}

/** A clip over which a subject moves whose mask is known. */
export interface Composite extends FollowClip {
  readonly name: string;
  readonly half: 'easy' | 'hard';
  /** One byte a pixel: 255 where most of what is seen is the subject, else 0. */
  mask(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What a composite is made of. */
export interface CompositeParts {
  readonly name: string;
  readonly half: 'easy' | 'hard';
  readonly place: FollowClip & { close(): Promise<void> };
  readonly subject: Layer;
  /** Passes in front of the subject. */
  readonly occluder?: Layer;
}

/** Pictures of a moving thing that a blurred frame is the mean of. */
const exposures = 5;

/** Lays the subject, and what passes in front of it, over the clip; frames are made when they are asked for. */
export function composite({ name, half, place, subject, occluder }: CompositeParts): Composite {
  const { width, height, frameCount } = place;
  const size = { width, height, frameCount };
  const layers = occluder ? [subject, occluder] : [subject];
  // A frame's picture and its mask are asked for one after the other.
  const latest = new Map<Layer, { readonly index: number; readonly part: Laid }>();
  const laidIn = (layer: Layer, index: number): Laid => {
    const before = latest.get(layer);
    const part = before?.index === index ? before.part : laid(layer, index, size);
    latest.set(layer, { index, part });
    return part;
  };
  return {
    ...size,
    name,
    half,
    frame: async (index) => {
      const frame = (await place.frame(index)).slice();
      for (const layer of layers) over(frame, width, laidIn(layer, index));
      return frame;
    },
    mask: async (index) => {
      const shares = new Float32Array(width * height);
      for (const layer of layers) {
        const { left, top, width: across, height: down, alpha } = laidIn(layer, index);
        for (let y = 0, from = 0; y < down; y++)
          for (let x = 0, at = (top + y) * width + left; x < across; x++, at++, from++)
            shares[at] = layer === subject ? alpha[from] : shares[at] * (1 - alpha[from]);
      }
      return Uint8Array.from(shares, (share) => (share >= 0.5 ? 255 : 0));
    },
    close: () => place.close(),
  };
}

/** A layer as it is in one frame: colours times alpha, and alpha in 0..1, over a part of the frame. */
interface Laid {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly colours: readonly [Float32Array, Float32Array, Float32Array];
  readonly alpha: Float32Array;
}

function over(frame: Uint8Array, frameWidth: number, { left, top, width, height, colours, alpha }: Laid): void {
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0, at = 4 * ((top + y) * frameWidth + left); x < width; x++, at += 4, from++) {
      const rest = 1 - alpha[from];
      if (rest === 1) continue;
      for (let channel = 0; channel < 3; channel++)
        frame[at + channel] = Math.min(255, colours[channel][from] + rest * frame[at + channel] + 0.5);
    }
}

function laid(
  { cutOut, motion, shutter }: Layer,
  index: number,
  size: { width: number; height: number; frameCount: number },
): Laid {
  const side = Math.max(cutOut.width, cutOut.height);
  const count = shutter > 0 ? exposures : 1;
  const placements = Array.from({ length: count }, (_, exposure) => {
    const shift = count > 1 ? shutter * (exposure / (count - 1) - 0.5) : 0;
    return placed(motion, (index + shift) / Math.max(1, size.frameCount - 1), size.width, size.height, side);
  });
  const reach = Math.max(...placements.map(({ scale, bend }) => scale * (1 + 2 * Math.abs(bend)))) * side * 0.72;
  const [xs, ys] = [placements.map(({ x }) => x), placements.map(({ y }) => y)];
  const left = Math.min(size.width, Math.max(0, Math.floor(Math.min(...xs) - reach)));
  const top = Math.min(size.height, Math.max(0, Math.floor(Math.min(...ys) - reach)));
  const width = Math.max(0, Math.min(size.width - 1, Math.ceil(Math.max(...xs) + reach)) - left + 1);
  const height = Math.max(0, Math.min(size.height - 1, Math.ceil(Math.max(...ys) + reach)) - top + 1);
  const planes = [0, 1, 2, 3].map(() => new Float32Array(width * height));
  const [red, green, blue, alpha] = planes as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (const placement of placements)
    expose(cutOut, placement, { left, top, width, height, colours: [red, green, blue], alpha }, 1 / count);
  return { left, top, width, height, colours: [red, green, blue], alpha };
}

/** Adds the cut-out as it is placed, times `share`; between its pixels. */
function expose(
  { width, height, data }: CutOut,
  { x: middleX, y: middleY, scale, turn, bend, light }: Placement,
  { left, top, width: across, height: down, colours: [red, green, blue], alpha }: Laid,
  share: number,
): void {
  const side = Math.max(width, height);
  const [cosine, sine] = [Math.cos(turn) / scale, Math.sin(turn) / scale];
  for (let row = 0, to = 0; row < down; row++)
    for (let column = 0; column < across; column++, to++) {
      const [dx, dy] = [left + column - middleX, top + row - middleY];
      const y = dy * cosine - dx * sine;
      const x = dx * cosine + dy * sine + (bend === 0 ? 0 : bend * side * Math.sin((3 * y) / side));
      const u = x + width / 2 - 0.5;
      const v = y + height / 2 - 0.5;
      if (!(u > -1 && v > -1 && u < width && v < height)) continue;
      const [fromX, fromY] = [Math.floor(u), Math.floor(v)];
      for (let corner = 0; corner < 4; corner++) {
        const [i, j] = [fromX + (corner & 1), fromY + (corner >> 1)];
        if (i < 0 || j < 0 || i >= width || j >= height) continue;
        const at = 4 * (j * width + i);
        const part = (share * (1 - Math.abs(u - i)) * (1 - Math.abs(v - j)) * data[at + 3]) / 255;
        red[to] += part * light * data[at];
        green[to] += part * light * data[at + 1];
        blue[to] += part * light * data[at + 2];
        alpha[to] += part;
      }
    }
}
