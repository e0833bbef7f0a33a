import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClipFrames, openClipFrames } from '../../../electron/media/clipFrames.ts';
import { readMask, readPicture } from '../../../electron/media/readPicture.ts';
import { type Composite, type CutOut, composite, type Layer } from './composite.ts';
import { frameCount, type Material, plans, plansFrom } from './compositePlans.ts';
import type { Motion } from './motion.ts';

const width = 1280;
const height = 720;

/** How long the shutter is open in the hard half, as a share of a frame. */
const shutter = 0.6;

/**
 * Composites over filmed clips: subjects of the folder's `photos` and `subjects` over its `videos`, 48 frames of 1280×720. With a seed it is
 * twelve that are drawn from all of the material, of which no number was fitted to any.
 */
export async function* filmedComposites(folder: string, seed?: number): AsyncGenerator<Composite, void> {
  const chosen = seed === undefined ? plans : plansFrom(seed, await materialOf(folder));
  for (const [index, plan] of chosen.entries()) {
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

/** All that a folder of material has for composites. */
async function materialOf(folder: string): Promise<Material> {
  const names = async (...path: string[]): Promise<string[]> => (await readdir(join(folder, ...path))).sort();
  const clips: Material['clips'][number][] = [];
  for (const name of (await names('videos')).filter((file) => file.endsWith('.mp4'))) {
    const clip = await openClipFrames(join(folder, 'videos', name));
    clips.push({ name: name.replace('.mp4', ''), frameCount: clip.frameCount });
    await clip.close();
  }
  const photos = await names('photos', 'mask');
  const photo = (mask: string): string => join('photos', 'img', mask.replace('.png', '.jpg'));
  const [groceries, others] = [true, false].map((wanted) =>
    photos.filter((name) => name.startsWith('grocery') === wanted).map(photo),
  );
  const drawn = (await names('subjects', 'noto')).filter((name) => name.endsWith('.webp'));
  const few = drawn.filter((_, index) => index % 40 === 0).map((name) => join('subjects', 'noto', name));
  return { clips, subjects: [...others, ...few], occluders: groceries };
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
