import { join } from 'node:path';
import { type ClipFrames, openClipFrames } from '../../../electron/media/clipFrames.ts';
import { readMask, readPicture } from '../../../electron/media/readPicture.ts';
import { type Composite, type CutOut, composite, type Layer } from './composite.ts';
import type { Motion } from './motion.ts';

/** A composite by the names of what it is made of, in the folder of material. */
interface Plan {
  readonly clip: string;
  /** The first of the clip's frames. */
  readonly begin: number;
  readonly subject: string;
  readonly half: 'easy' | 'hard';
  readonly motion: Motion;
  readonly occluder?: { readonly cutOut: string; readonly motion: Motion };
}

const frameCount = 48;
const width = 1280;
const height = 720;

const photo = (name: string): string => join('photos', 'img', `${name}.jpg`);

/** Something that crosses the picture once, from one side to the other. */
const crossing = (y: number, size: number, leftwards = false): Motion => ({
  from: [leftwards ? 1.6 : -0.6, y],
  to: [leftwards ? -0.6 : 1.6, y],
  swing: [0.02, 1],
  size: [size, size],
  turn: [6, 1],
});

const easy = { half: 'easy' } as const;
const hard = { half: 'hard' } as const;

/** Those with an even number are there to fit on, the others to judge by. */
const plans: readonly Plan[] = [
  {
    ...easy,
    clip: 'dog',
    begin: 0,
    subject: photo('coco_000000491525_1'),
    motion: { from: [0.3, 0.5], to: [0.55, 0.55], swing: [0.04, 1], size: [0.45, 0.5], turn: [8, 1] },
  },
  {
    ...easy,
    clip: 'highway',
    begin: 20,
    subject: photo('coco_000000126107_0'),
    motion: { from: [0.65, 0.4], to: [0.4, 0.5], swing: [0.05, 1], size: [0.4, 0.5], turn: [12, 1] },
  },
  {
    ...easy,
    clip: 'juggle',
    begin: 30,
    subject: photo('pymatting_lemur'),
    motion: { from: [0.4, 0.6], to: [0.6, 0.55], swing: [0.03, 1], size: [0.55, 0.5], turn: [6, 1], bend: 0.02 },
  },
  {
    ...easy,
    clip: 'one-by-one-person-detection',
    begin: 660,
    subject: photo('coco_000000311303_1'),
    motion: { from: [0.35, 0.45], to: [0.5, 0.6], swing: [0.03, 1], size: [0.4, 0.45], turn: [10, 1] },
  },
  {
    ...easy,
    clip: 'butterfly',
    begin: 10,
    subject: join('subjects', 'fluent3d', 'fox.webp'),
    motion: { from: [0.5, 0.5], to: [0.7, 0.4], swing: [0.05, 1], size: [0.4, 0.45], turn: [15, 1] },
  },
  {
    ...easy,
    clip: 'flower',
    begin: 0,
    subject: photo('coco_000000358083_1'),
    motion: { from: [0.6, 0.5], to: [0.4, 0.55], swing: [0.02, 1], size: [0.55, 0.6], turn: [6, 1] },
  },
  {
    ...hard,
    clip: 'dog',
    begin: 100,
    subject: photo('coco_000000126107_0'),
    motion: {
      from: [0.15, 0.6],
      to: [0.85, 0.35],
      swing: [0.1, 2],
      size: [0.4, 0.6],
      turn: [30, 1.5],
      bend: 0.04,
      light: 0.8,
    },
  },
  {
    ...hard,
    clip: 'car-detection',
    begin: 60,
    subject: photo('coco_000000377575_0'),
    motion: { from: [0.7, 0.55], to: [0.35, 0.5], swing: [0.04, 2], size: [0.7, 0.5], turn: [12, 2], bend: 0.03 },
    occluder: { cutOut: photo('grocery_arla_sour_milk'), motion: crossing(0.5, 1.1) },
  },
  {
    ...hard,
    clip: 'flower',
    begin: 60,
    subject: photo('coco_000000491525_1'),
    motion: { from: [0.4, 0.5], to: [0.6, 0.5], swing: [0.06, 2], size: [0.5, 0.55], turn: [25, 1], bend: 0.03 },
    occluder: { cutOut: photo('grocery_cucumber'), motion: crossing(0.55, 0.9, true) },
  },
  {
    ...hard,
    clip: 'juggle',
    begin: 120,
    subject: join('subjects', 'noto', 'parrot.webp'),
    motion: {
      from: [0.7, 0.4],
      to: [0.25, 0.5],
      swing: [0.12, 2],
      size: [0.5, 0.35],
      turn: [40, 1],
      bend: 0.05,
      light: 1.2,
    },
  },
  {
    ...hard,
    clip: 'stream-of-water',
    begin: 0,
    subject: photo('grocery_red_bell_pepper'),
    motion: {
      from: [0.25, 0.45],
      to: [0.6, 0.55],
      swing: [0.08, 1],
      size: [0.35, 0.5],
      turn: [60, 1],
      bend: 0.02,
      light: 0.75,
    },
    occluder: { cutOut: photo('grocery_tropicana_mandarin_morning'), motion: crossing(0.5, 1) },
  },
  {
    ...hard,
    clip: 'highway',
    begin: 80,
    subject: photo('pymatting_lemur'),
    motion: { from: [0.45, 0.55], to: [0.55, 0.5], swing: [0.1, 2], size: [0.4, 0.65], turn: [25, 1.5], bend: 0.04 },
    occluder: { cutOut: photo('grocery_leek'), motion: crossing(0.5, 1.2, true) },
  },
];

/** How long the shutter is open in the hard half, as a share of a frame. */
const shutter = 0.6;

/**
 * Composites over filmed clips: subjects of the folder's `photos` and `subjects` over its `videos`, 48 frames of 1280×720. `which` takes
 * those to fit on or those to judge by; absent: all of them.
 */
export async function* filmedComposites(folder: string, which?: 'fit' | 'judge'): AsyncGenerator<Composite, void> {
  for (const [index, plan] of plans.entries()) {
    if (which !== undefined && (index % 2 === 0) !== (which === 'fit')) continue;
    const clip = await openClipFrames(join(folder, 'videos', `${plan.clip}.mp4`));
    const blur = plan.half === 'hard' ? shutter : 0;
    const layer = async (path: string, motion: Motion): Promise<Layer> => ({
      cutOut: await readCutOut(folder, path),
      motion,
      shutter: blur,
    });
    yield composite({
      name: `${plan.half} ${index}: ${plan.subject.replace(/^.*[/\\]|\.\w+$/g, '')} over ${plan.clip}`,
      half: plan.half,
      place: enlarged(clip, plan.begin),
      subject: await layer(plan.subject, plan.motion),
      ...(plan.occluder ? { occluder: await layer(plan.occluder.cutOut, plan.occluder.motion) } : {}),
    });
  }
}

/** Frames of a clip from `begin` on that fill 1280×720, cut where the shapes differ. */
function enlarged(clip: ClipFrames, begin: number) {
  const scale = Math.min(clip.width / width, clip.height / height);
  const [left, top] = [(clip.width - width * scale) / 2, (clip.height - height * scale) / 2];
  const column = Array.from({ length: width }, (_, x) =>
    Math.min(clip.width - 1.001, Math.max(0, left + (x + 0.5) * scale - 0.5)),
  );
  return {
    width,
    height,
    frameCount,
    close: () => clip.close(),
    frame: async (index: number): Promise<Uint8Array> => {
      const from = await clip.frame(begin + index);
      if (clip.width === width && clip.height === height) return from;
      const frame = new Uint8Array(4 * width * height).fill(255);
      for (let y = 0, at = 0; y < height; y++) {
        const v = Math.min(clip.height - 1.001, Math.max(0, top + (y + 0.5) * scale - 0.5));
        const row = Math.floor(v);
        const down = v - row;
        for (let x = 0; x < width; x++, at += 4) {
          const across = column[x] - Math.floor(column[x]);
          const base = 4 * (row * clip.width + Math.floor(column[x]));
          for (let channel = 0; channel < 3; channel++) {
            const upper = from[base + channel] * (1 - across) + from[base + 4 + channel] * across;
            const below = base + 4 * clip.width + channel;
            const lower = from[below] * (1 - across) + from[below + 4] * across;
            frame[at + channel] = upper * (1 - down) + lower * down + 0.5;
          }
        }
      }
      return frame;
    },
  };
}

/** A photo cut out by the mask beside it, or a picture with alpha, without its empty margins. */
async function readCutOut(folder: string, path: string): Promise<CutOut> {
  const picture = await readPicture(join(folder, path));
  const data = picture.data.slice();
  if (path.startsWith('photos')) {
    const mask = await readMask(join(folder, 'photos', 'mask', path.replace(/^.*[/\\]|\.\w+$/g, '').concat('.png')));
    for (let at = 0; at < mask.data.length; at++) data[4 * at + 3] = mask.data[at];
  }
  let [left, top, right, bottom] = [picture.width, picture.height, 0, 0];
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++)
      if (data[4 * (y * picture.width + x) + 3] >= 128) {
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y + 1);
      }
  const size = { width: right - left, height: bottom - top };
  const kept = new Uint8Array(4 * size.width * size.height);
  for (let y = 0; y < size.height; y++)
    kept.set(
      data.subarray(4 * ((top + y) * picture.width + left), 4 * ((top + y) * picture.width + right)),
      4 * y * size.width,
    );
  return { ...size, data: kept };
}
