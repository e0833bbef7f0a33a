import { StudioError } from '../../../models/errors/studioError.ts';
import { openFrameCanvas } from '../../media/canvas/frameCanvas.ts';
import { encodeVideo } from '../../media/encodeVideo.ts';
import { maskCoverage } from '../../media/pixels/maskCoverage.ts';
import { smartSelect } from '../../media/pixels/smartSelect.ts';
import { probeMedia } from '../../media/probeMedia.ts';
import { readFrames } from '../../media/readFrames.ts';
import { encodePng, encodeSpriteSheet, readPicture } from '../../media/readPicture.ts';
import { type SoundFacts, soundFacts } from '../../media/soundFacts.ts';
import { readWaveform } from '../../media/waveform.ts';
import type { MediaFacts, MediaPort } from './mediaPort.ts';

/** Frame rate that a picture is said to have: it only decides how long one timeline frame of it is. */
const pictureFramesPerSecond = 8;

/** The studio's media: electron/media in the form the services use. */
export const studioMedia: MediaPort = {
  async probe(path) {
    const facts = await probeMedia(path).catch(async (error: unknown) => {
      // What holds no picture may hold sound.
      const isSightless = error instanceof StudioError && error.code === 'media-unsupported';
      const sound = isSightless ? await soundFacts(path) : undefined;
      if (!sound) throw error;
      return sound;
    });
    if (!('kind' in facts)) return soundAsMedia(facts);
    const isClip = facts.kind === 'clip';
    return {
      media: facts.kind,
      mimeType: mimeTypeOf(facts.codec, isClip),
      width: facts.width,
      height: facts.height,
      frameCount: facts.frameCount,
      framesPerSecond: isClip ? facts.framesPerSecond : pictureFramesPerSecond,
      durationSeconds: facts.durationSeconds,
      hasAudio: facts.audioTracks.length > 0,
      // A picture's alpha channel only matters where it hides something.
      hasAlpha: facts.hasAlpha && (isClip || (await readPicture(path)).hasAlpha),
    };
  },

  async *readFrames(path, { media, framesPerSecond }, options) {
    const { firstFrame, frameCount, everyNth, width, height, signal } = options;
    const range =
      media === 'clip'
        ? {
            startSeconds: firstFrame / framesPerSecond,
            endSeconds: (firstFrame + frameCount) / framesPerSecond,
            ...(everyNth > 1 ? { framesPerSecond: framesPerSecond / everyNth } : {}),
          }
        : {};
    for await (const frame of readFrames(path, { ...range, width, height })) {
      if (signal.aborted) return;
      yield { width: frame.width, height: frame.height, data: frame.data };
    }
  },

  async readPicture(path) {
    const { width, height, data } = await readPicture(path);
    return { width, height, data };
  },

  async readScaled(path, { width, height }) {
    for await (const { data } of readFrames(path, { width, height })) return { width, height, data };
    throw new StudioError('media-empty', `${path} holds no picture.`);
  },

  async encodePicture(picture, format) {
    return format === 'png' ? encodePng(picture) : (await encodeSpriteSheet([picture], 1)).bytes;
  },

  async waveform(path, count) {
    const peaks = await readWaveform(path, 200);
    const loudest = new Uint8Array(count);
    peaks.forEach((peak, index) => {
      const at = Math.min(count - 1, Math.floor((index * count) / peaks.length));
      loudest[at] = Math.max(loudest[at] ?? 0, Math.round(255 * Math.min(1, peak)));
    });
    return loudest;
  },

  encodeVideo,

  openCanvas: openFrameCanvas,

  maskCoverage,

  smartSelect: (picture, hints) =>
    smartSelect({ width: picture.width, height: picture.height, picture: picture.data, hints }),
};

/** Frames of a sound in a second: what it can be cut to. */
const soundFramesPerSecond = 100;

function soundAsMedia({ codec, durationSeconds }: SoundFacts): MediaFacts {
  return {
    ...{ media: 'sound', mimeType: soundTypes[codec] ?? 'audio/x-other', width: 1, height: 1, durationSeconds },
    ...{ framesPerSecond: soundFramesPerSecond, frameCount: Math.round(durationSeconds * soundFramesPerSecond) },
    ...{ hasAudio: true, hasAlpha: false },
  };
}

const soundTypes: Readonly<Record<string, string>> = {
  ...{ mp3: 'audio/mpeg', aac: 'audio/mp4', alac: 'audio/mp4', flac: 'audio/flac', vorbis: 'audio/ogg' },
  ...{ opus: 'audio/ogg', pcm_s16le: 'audio/wav', pcm_s24le: 'audio/wav', pcm_f32le: 'audio/wav' },
};

/** The type a browser is told; frames are shown through previews, so only sound depends on it. */
function mimeTypeOf(codec: string, isClip: boolean): string {
  if (isClip) return /^(vp8|vp9|av1)$/.test(codec) ? 'video/webm' : 'video/mp4';
  const pictures: Record<string, string> = {
    png: 'image/png',
    mjpeg: 'image/jpeg',
    webp: 'image/webp',
    gif: 'image/gif',
  };
  return pictures[codec] ?? 'image/x-other';
}
