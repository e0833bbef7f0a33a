import sharp from 'sharp';
import { StudioError } from '../../models/errors/studioError.ts';
import { maximumPixels } from './ffmpeg/ffmpegInput.ts';
import type { MediaFacts } from './mediaFacts.ts';

/** Still pictures that are read without ffmpeg, and ffmpeg's names of their codecs. SVG is left out, as it may refer to other files. */
const codecs: Readonly<Record<string, string>> = {
  ...{ jpeg: 'mjpeg', png: 'png', webp: 'webp', tiff: 'tiff', heif: 'hevc', avif: 'av1' },
};

/** Looks at a still picture without ffmpeg; undefined where the file is none of the usual kinds, or moves. */
export async function probePicture(path: string): Promise<MediaFacts | undefined> {
  const facts = await sharp(path, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  const codec = codecs[facts?.format ?? ''];
  if (!facts?.width || !facts.height || !codec || (facts.pages ?? 1) > 1) return undefined;
  const turned = (facts.orientation ?? 1) >= 5;
  const width = turned ? facts.height : facts.width;
  const height = turned ? facts.width : facts.height;
  if (width * height > maximumPixels)
    throw new StudioError('media-unsupported', `${path} is ${width}×${height}; frames up to 8192×8192 can be read.`, {
      hint: 'Scale it down first.',
    });
  return {
    ...{ kind: 'picture', width, height, codec, hasAlpha: facts.hasAlpha === true },
    ...{ framesPerSecond: 0, frameRate: '25/1', durationSeconds: 0, frameCount: 1, isVariableFrameRate: false },
    rotationDegrees: 0,
    bitDepth: facts.depth === 'ushort' ? 16 : 8,
    colourMatrix: 'rgb',
    audioTracks: [],
  };
}

/** A still picture upright at the given size, as RGBA; undefined where it is none that is read without ffmpeg. */
export async function scaledPicture(path: string, width: number, height: number): Promise<Uint8Array | undefined> {
  if (!(await probePicture(path))) return undefined;
  try {
    const { buffer, byteOffset, byteLength } = await sharp(path, { limitInputPixels: maximumPixels })
      .rotate()
      .resize(width, height, { fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer();
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw new StudioError('format-damaged', `${path} is damaged or cut short.`, {
      hint: 'Choose another picture, or save this one again in the program it came from.',
      cause,
    });
  }
}
