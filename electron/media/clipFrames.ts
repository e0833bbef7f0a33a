import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { probeMedia } from './probeMedia.ts';
import { type Frame, readFrames } from './readFrames.ts';
import { readPicture } from './readPicture.ts';

/** Frames of a clip or a folder of pictures by their number, in any order; close it when done. */
export interface ClipFrames {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  /** A frame as 8-bit RGBA. */
  frame(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const pictureNames = new Set(['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff', '.avif']);

/** Bytes of decoded frames that are kept, so that going backwards decodes a stretch once and not once a frame. */
const keptBytes = 2 ** 28;

/** Opens a clip, or a folder of pictures of one size in the order of their names' numbers. */
export async function openClipFrames(path: string): Promise<ClipFrames> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new StudioError('file-missing', `There is no file ${path}.`, { hint: 'Check the name.' });
  return found.isDirectory() ? openPictures(path) : openClip(path);
}

async function openPictures(folder: string): Promise<ClipFrames> {
  const names = (await readdir(folder))
    .filter((name) => pictureNames.has(extname(name).toLowerCase()))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const [first] = names;
  if (first === undefined)
    throw new StudioError('media-empty', `${folder} holds no pictures.`, {
      hint: 'Name a clip, or a folder of frames.',
    });
  const { width, height } = await readPicture(join(folder, first));
  return {
    width,
    height,
    frameCount: names.length,
    frame: async (index) => {
      const path = join(folder, names[index] ?? first);
      const picture = await readPicture(path);
      if (picture.width !== width || picture.height !== height)
        throw new StudioError(
          'media-unsupported',
          `${path} is ${picture.width}×${picture.height}, but the first picture of the folder ${width}×${height}.`,
          { hint: 'Frames of a clip have one size.' },
        );
      return picture.data;
    },
    close: async () => undefined,
  };
}

async function openClip(path: string): Promise<ClipFrames> {
  const facts = await probeMedia(path);
  const { width, height, frameCount, framesPerSecond } = facts;
  const kept = new Map<number, Uint8Array>();
  const most = Math.max(2, Math.floor(keptBytes / (4 * width * height)));
  let reader: { frames: AsyncGenerator<Frame, void, undefined>; next: number } | undefined;
  const open = async (index: number): Promise<void> => {
    await reader?.frames.return();
    const options = framesPerSecond > 0 ? { startSeconds: index / framesPerSecond, facts } : { facts };
    reader = { frames: readFrames(path, options), next: index };
  };
  return {
    width,
    height,
    frameCount,
    frame: async (index) => {
      const known = kept.get(index);
      if (known) return known;
      // What lies just ahead is read on to; anything else is begun some frames earlier, for those who go backwards.
      if (!reader || index < reader.next || index > reader.next + most) {
        await open(Math.max(0, index - (kept.size === 0 ? 0 : Math.floor(most / 2))));
      }
      while (reader) {
        const { value, done } = await reader.frames.next();
        if (done || !value) break;
        const at = reader.next++;
        kept.set(at, value.data);
        for (const oldest of kept.keys()) {
          if (kept.size <= most) break;
          kept.delete(oldest);
        }
        if (at === index) return value.data;
      }
      throw new StudioError('format-damaged', `${path} ends before its frame ${index}.`, {
        hint: 'The file may be cut short; get it again.',
      });
    },
    close: async () => {
      await reader?.frames.return();
    },
  };
}
