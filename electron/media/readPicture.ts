import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { StudioError } from '../../models/errors/studioError.ts';
import { maximumPixels } from './ffmpeg/ffmpegInput.ts';
import { probeMedia } from './probeMedia.ts';
import { readFrames } from './readFrames.ts';

/** An 8-bit sRGB picture, RGBA, not premultiplied. */
export interface DecodedPicture {
  width: number;
  height: number;
  data: Uint8Array;
  /** Whether the file has an alpha channel that hides something: it is then offered as a mask. */
  hasAlpha: boolean;
}

/** Formats sharp decodes here; SVG is left out, as it may refer to other files. */
const sharpFormats = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'avif']);

/** Reads a picture upright (EXIF orientation applied) in sRGB; what sharp cannot read, ffmpeg may. Throws a StudioError naming the file. */
export async function readPicture(path: string): Promise<DecodedPicture> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new StudioError('file-missing', `There is no file ${path}.`, {
      hint: 'Check the name, or choose the file again.',
    });
  if (!found.isFile())
    throw new StudioError('file-unreadable', `${path} is not a file.`, { hint: 'Choose a picture.' });
  if (found.size === 0) throw new StudioError('media-empty', `${path} is empty.`, { hint: 'Choose another picture.' });
  const image = sharp(path, { limitInputPixels: maximumPixels, failOn: 'error', animated: false });
  let isKnown = false;
  try {
    const facts = await image.metadata();
    isKnown = sharpFormats.has(facts.format ?? '');
    if (isKnown) {
      const { data, info } = await image
        .rotate()
        .toColourspace('srgb')
        .ensureAlpha()
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return {
        width: info.width,
        height: info.height,
        data: rgba,
        hasAlpha: facts.hasAlpha === true && hidesSomething(rgba),
      };
    }
  } catch (cause) {
    if (isKnown) {
      throw new StudioError('format-damaged', `${path} is damaged or cut short.`, {
        hint: 'Choose another picture, or save this one again in the program it came from.',
        cause,
        details: { decoder: cause instanceof Error ? cause.message : String(cause) },
      });
    }
  }
  const media = await probeMedia(path);
  for await (const frame of readFrames(path, { facts: media })) {
    return {
      width: frame.width,
      height: frame.height,
      data: frame.data,
      hasAlpha: media.hasAlpha && hidesSomething(frame.data),
    };
  }
  throw new StudioError('media-empty', `${path} holds no picture.`, { hint: 'Choose another picture.' });
}

function hidesSomething(rgba: Uint8Array): boolean {
  for (let i = 3; i < rgba.length; i += 4) if ((rgba[i] ?? 255) < 255) return true;
  return false;
}

/** Reads a mask picture: brightness where it is opaque; white is the subject. One byte a pixel. */
export async function readMask(path: string): Promise<{ width: number; height: number; data: Uint8Array }> {
  const grey = await readGrey(path);
  if (grey) return grey;
  const picture = await readPicture(path);
  const data = new Uint8Array(picture.width * picture.height);
  for (let i = 0; i < data.length; i++) {
    const at = i * 4;
    const brightest = Math.max(picture.data[at] ?? 0, picture.data[at + 1] ?? 0, picture.data[at + 2] ?? 0);
    data[i] = Math.round((brightest * (picture.data[at + 3] ?? 255)) / 255);
  }
  return { width: picture.width, height: picture.height, data };
}

/** A grey PNG of eight bits, which most masks are, as it lies there: a quarter of the time of reading its colours. */
async function readGrey(path: string): Promise<{ width: number; height: number; data: Uint8Array } | undefined> {
  if (!/\.png$/i.test(path)) return undefined;
  try {
    const image = sharp(path, { limitInputPixels: maximumPixels, failOn: 'error' });
    const { format, channels, depth, space } = await image.metadata();
    if (format !== 'png' || channels !== 1 || depth !== 'uchar' || space !== 'b-w') return undefined;
    const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 1) return undefined;
    return {
      width: info.width,
      height: info.height,
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  } catch {
    // Whatever is wrong with it, reading it as a picture says so.
    return undefined;
  }
}

/** The alpha channel of a picture as a mask. */
export function alphaMask(picture: { width: number; height: number; data: Uint8Array }): {
  width: number;
  height: number;
  data: Uint8Array;
} {
  const data = new Uint8Array(picture.width * picture.height);
  for (let i = 0; i < data.length; i++) data[i] = picture.data[i * 4 + 3] ?? 255;
  return { width: picture.width, height: picture.height, data };
}

/** Writes RGBA as a lossless PNG, atomically for readers: the bytes are complete when the promise resolves. */
export async function encodePng(
  picture: { width: number; height: number; data: Uint8Array },
  compressionLevel = 3,
): Promise<Buffer> {
  return sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 4 } })
    .png({ compressionLevel, adaptiveFiltering: false })
    .toBuffer();
}

/** Lays pictures of one size out row by row as a WebP sprite sheet, for previews. */
export async function encodeSpriteSheet(
  pictures: readonly { width: number; height: number; data: Uint8Array | Uint8ClampedArray }[],
  columns: number,
): Promise<{
  bytes: Uint8Array;
  mime: 'image/webp';
  frameWidth: number;
  frameHeight: number;
  frameCount: number;
  columns: number;
}> {
  const first = pictures[0];
  if (!first) throw new StudioError('media-empty', 'A sprite sheet needs at least one picture.');
  const { width, height } = first;
  const across = Math.min(columns, pictures.length);
  const rows = Math.ceil(pictures.length / across);
  const sheet = new Uint8Array(across * width * rows * height * 4);
  pictures.forEach((picture, index) => {
    const left = (index % across) * width;
    const top = Math.floor(index / across) * height;
    for (let y = 0; y < height; y++) {
      sheet.set(picture.data.subarray(y * width * 4, (y + 1) * width * 4), ((top + y) * across * width + left) * 4);
    }
  });
  const bytes = await sharp(sheet, { raw: { width: across * width, height: rows * height, channels: 4 } })
    .webp({ quality: 88, effort: 0 })
    .toBuffer();
  return {
    bytes,
    mime: 'image/webp',
    frameWidth: width,
    frameHeight: height,
    frameCount: pictures.length,
    columns: across,
  };
}

/** Writes a mask, one byte a pixel, as a grey PNG. */
export async function encodeMaskPng(mask: { width: number; height: number; data: Uint8Array }): Promise<Buffer> {
  return sharp(mask.data, { raw: { width: mask.width, height: mask.height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
}
