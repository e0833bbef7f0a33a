import { type Composite, type CutOut, composite, type Layer } from './composite.ts';
import type { Motion } from './motion.ts';

const width = 640;
const height = 360;
const frameCount = 24;

/** Something that repeats nowhere, -1..1. */
const grain = (x: number, y: number, seed: number): number =>
  (Math.sin(x / 9 + 2 * Math.sin(y / 23 + seed)) +
    Math.cos(y / 7 + Math.sin(x / 31 + 2 * seed)) +
    Math.sin((x + y) / 4 + seed)) /
  3;

/** A place that the camera passes slowly. */
function place(seed: number) {
  return {
    width,
    height,
    frameCount,
    close: async () => undefined,
    frame: async (index: number): Promise<Uint8Array> => {
      const frame = new Uint8Array(4 * width * height).fill(255);
      for (let y = 0, at = 0; y < height; y++)
        for (let x = 0; x < width; x++, at += 4) {
          const near = grain(x + 1.5 * index, y, seed);
          const far = Math.sin((x + index) / 90 + seed) * Math.cos(y / 70);
          frame[at] = 110 + 35 * near + 40 * far;
          frame[at + 1] = 120 + 40 * near - 20 * far;
          frame[at + 2] = 100 + 25 * near + 30 * Math.cos(y / 60 + seed);
        }
      return frame;
    },
  };
}

/** A lobed blob with a skin of its own. */
function blob(lobes: number, seed: number, [red, green, blue]: readonly [number, number, number]): CutOut {
  const side = 160;
  const data = new Uint8Array(4 * side * side);
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++, at += 4) {
      const [u, v] = [x - side / 2 + 0.5, y - side / 2 + 0.5];
      const edge = (side / 2) * (0.78 + 0.18 * Math.sin(lobes * Math.atan2(v, u) + seed)) - Math.hypot(u, v);
      const skin = grain(1.7 * x, 1.7 * y, seed + 5);
      data[at] = Math.max(0, Math.min(255, red + 45 * skin));
      data[at + 1] = Math.max(0, Math.min(255, green + 45 * skin - v / 3));
      data[at + 2] = Math.max(0, Math.min(255, blue + 30 * skin + u / 3));
      data[at + 3] = 255 * Math.max(0, Math.min(1, edge + 0.5));
    }
  return { width: side, height: side, data };
}

const walk: Motion = { from: [0.35, 0.5], to: [0.6, 0.55], swing: [0.04, 1], size: [0.4, 0.5], turn: [10, 1] };
const dance: Motion = {
  from: [0.3, 0.45],
  to: [0.65, 0.55],
  swing: [0.08, 2],
  size: [0.4, 0.55],
  turn: [25, 1],
  bend: 0.03,
  light: 0.85,
};
const pass: Motion = { from: [-0.5, 0.5], to: [1.5, 0.5], swing: [0.02, 1], size: [1, 1], turn: [6, 1] };

/** Composites that need no material: blobs over computed places, 24 frames of 640×360; an easy half, and a hard one that is hidden for a while. */
export async function* drawnComposites(): AsyncGenerator<Composite, void> {
  const layer = (cutOut: CutOut, motion: Motion, shutter: number): Layer => ({ cutOut, motion, shutter });
  yield composite({
    name: 'easy: a red blob',
    half: 'easy',
    place: place(1),
    subject: layer(blob(3, 1, [190, 80, 60]), walk, 0),
  });
  yield composite({
    name: 'easy: a blue blob',
    half: 'easy',
    place: place(4),
    subject: layer(blob(5, 2, [70, 90, 190]), walk, 0),
  });
  yield composite({
    name: 'hard: a yellow blob behind a passing one',
    half: 'hard',
    place: place(2),
    subject: layer(blob(4, 3, [200, 180, 70]), dance, 0.6),
    occluder: layer(blob(2, 7, [60, 60, 70]), pass, 0.6),
  });
  yield composite({
    name: 'hard: a violet blob that turns',
    half: 'hard',
    place: place(3),
    subject: layer(blob(3, 4, [150, 80, 170]), dance, 0.6),
  });
}
