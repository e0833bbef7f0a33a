/**
 * Which pixels of a clip's frames belong to subjects already, so that masks of several do not overlap. A frame's pixels are kept as runs:
 * where they begin and end, in turn.
 */
export class TakenPixels {
  readonly #runs = new Map<number, Uint32Array>();

  /** What a mask (255 the subject, else 0) leaves to subjects before it in that frame; what is left is taken from then on. */
  leave(frame: number, mask: Uint8Array): Uint8Array {
    const own = mask.slice();
    const before = this.#runs.get(frame) ?? new Uint32Array();
    for (let index = 0; index < before.length; index += 2) own.fill(0, before[index], before[index + 1]);
    const all = mask.slice();
    for (let index = 0; index < before.length; index += 2) all.fill(255, before[index], before[index + 1]);
    this.#runs.set(frame, runsOf(all));
    return own;
  }
}

function runsOf(mask: Uint8Array): Uint32Array {
  const ends: number[] = [];
  for (let at = 0; at < mask.length; at++) {
    const isInside = mask[at] === 255;
    if (isInside !== (ends.length % 2 === 1)) ends.push(at);
  }
  if (ends.length % 2 === 1) ends.push(mask.length);
  return Uint32Array.from(ends);
}
