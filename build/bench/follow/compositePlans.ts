import { join } from 'node:path';
import { randomFrom } from '../../seededRandom.ts';
import type { Motion } from './motion.ts';

/** A composite by the names of what it is made of, in the folder of material. */
export interface CompositePlan {
  readonly clip: string;
  /** The first of the clip's frames. */
  readonly begin: number;
  readonly subject: string;
  readonly half: 'easy' | 'hard';
  readonly motion: Motion;
  readonly occluder?: { readonly cutOut: string; readonly motion: Motion };
}

/** What composites can be made of. */
export interface Material {
  readonly clips: readonly { readonly name: string; readonly frameCount: number }[];
  /** Cut-outs by their paths in the folder of material. */
  readonly subjects: readonly string[];
  readonly occluders: readonly string[];
}

/** Frames of a composite. */
export const frameCount = 48;

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

/** Six easy ones and six hard ones; the follower's numbers were fitted on those with an even number. */
export const plans: readonly CompositePlan[] = [
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

/** Twelve plans drawn from all of the material, easy and hard ones in turn; two of three hard ones have something pass in front. */
export function plansFrom(seed: number, { clips, subjects, occluders }: Material): CompositePlan[] {
  const below = randomFrom(seed);
  const one = <Thing>(things: readonly Thing[]): Thing => things[below(things.length)];
  const between = (least: number, most: number): number => least + ((most - least) * below(1000)) / 999;
  const place = (): readonly [number, number] => [between(0.25, 0.75), between(0.38, 0.6)];
  return Array.from({ length: 12 }, (_, index): CompositePlan => {
    const isHard = index % 2 === 1;
    const { name: clip, frameCount: frames } = one(clips);
    const motion: Motion = {
      ...{ from: place(), to: place() },
      swing: [isHard ? between(0.04, 0.12) : between(0.02, 0.05), isHard ? 1 + below(2) : 1],
      size: isHard ? [between(0.35, 0.65), between(0.35, 0.65)] : [between(0.4, 0.5), between(0.45, 0.6)],
      turn: [isHard ? between(12, 45) : between(5, 14), 1],
      bend: isHard ? between(0.01, 0.05) : 0,
      light: isHard ? between(0.75, 1.2) : 1,
    };
    const occluder =
      isHard && below(3) > 0
        ? { cutOut: one(occluders), motion: crossing(between(0.45, 0.55), between(0.9, 1.2), below(2) === 0) }
        : undefined;
    const begin = below(Math.max(1, frames - frameCount));
    const subject = one(subjects);
    return { clip, begin, subject, half: isHard ? 'hard' : 'easy', motion, ...(occluder ? { occluder } : {}) };
  });
}
