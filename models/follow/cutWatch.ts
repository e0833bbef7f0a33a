import { createMemory } from '../memory/memory.ts';
import type { FollowClip } from './follower.ts';

/** A frame at a glance: small, and its colours counted. */
interface Glance {
  /** Red, green and blue of each of its pixels, row by row. */
  readonly colours: Float32Array;
  /** Shares of its pixels by colour, four steps a channel. */
  readonly counts: Float32Array;
}

const columns = 48;
const rows = 27;
/** Samples along either side of a glance's pixel. */
const samples = 3;
const steps = 4;

const keptPictures = 4;

/** Shares of colours and mean steps of 0..255 that differ across a cut at least, and by how much more than of late. */
const leastCounts = 0.45;
const leastColours = 22;
const leastRatio = 2.5;

/** Looks at a clip's frames as they are asked for, and tells cuts. */
export class CutWatch {
  readonly #clip: FollowClip;
  readonly #glances = new Map<number, Glance>();
  /** The frames asked for last: looking ahead decodes nothing twice. */
  readonly #remember = createMemory(keptPictures);

  constructor(clip: FollowClip) {
    this.#clip = clip;
  }

  /** A frame of the clip, as the clip gives it. */
  async frame(index: number): Promise<Uint8Array> {
    const picture = await this.#remember(String(index), () => this.#clip.frame(index));
    if (!this.#glances.has(index)) this.#glances.set(index, glanceOf(picture, this.#clip));
    return picture;
  }

  /**
   * Whether a new shot begins between two frames beside each other: neither the places of colours nor their shares agree, and far less than
   * they did a frame before, so that fast motion and flashes of light are none.
   */
  async isCut(frame: number, next: number): Promise<boolean> {
    const [one, other] = [await this.#glance(frame), await this.#glance(next)];
    const counts = apart(one.counts, other.counts) * one.counts.length * 0.5;
    const colours = apart(one.colours, other.colours);
    if (counts < leastCounts || colours < leastColours) return false;
    const before = 2 * frame - next;
    if (before < 0 || before >= this.#clip.frameCount) return true;
    const usual = apart((await this.#glance(before)).colours, one.colours);
    const after = 2 * next - frame;
    // A flash is over in the next frame: then that one is like the frame before it.
    const isOver =
      after >= 0 &&
      after < this.#clip.frameCount &&
      apart(one.colours, (await this.#glance(after)).colours) < colours / leastRatio;
    return colours > leastRatio * usual && !isOver;
  }

  async #glance(index: number): Promise<Glance> {
    const known = this.#glances.get(index);
    if (known) return known;
    await this.frame(index);
    return this.#glance(index);
  }
}

/** The mean of the differences. */
function apart(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += Math.abs(one[at] - other[at]);
  return sum / one.length;
}

function glanceOf(picture: Uint8Array, { width, height }: { width: number; height: number }): Glance {
  const colours = new Float32Array(3 * columns * rows);
  const counts = new Float32Array(steps ** 3);
  const across = columns * samples;
  const down = rows * samples;
  for (let v = 0; v < down; v++)
    for (let u = 0; u < across; u++) {
      const x = Math.min(width - 1, Math.floor(((u + 0.5) * width) / across));
      const y = Math.min(height - 1, Math.floor(((v + 0.5) * height) / down));
      const at = 3 * (Math.floor(v / samples) * columns + Math.floor(u / samples));
      const from = 4 * (y * width + x);
      let bin = 0;
      for (let channel = 0; channel < 3; channel++) {
        const value = picture[from + channel];
        colours[at + channel] += value / samples ** 2;
        bin = bin * steps + Math.min(steps - 1, (value * steps) >> 8);
      }
      counts[bin] += 1 / (across * down);
    }
  return { colours, counts };
}
