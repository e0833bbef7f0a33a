import { stat } from 'node:fs/promises';
import { StudioError } from '../../models/errors/studioError.ts';
import { maximumPixels } from './ffmpeg/ffmpegInput.ts';
import { type ProbedStream, runFfprobe } from './ffmpeg/runFfprobe.ts';
import type { MediaFacts } from './mediaFacts.ts';
import { probePicture } from './stillPicture.ts';

const pictureFormats = /(image2|_pipe$|^gif$|^apng$)/;
const pictureCodecs = /^(png|mjpeg|bmp|tiff|webp|gif|ppm|pgm|jpegxl|qoi)$/;

/** Looks at a file without decoding more than its head. Throws a StudioError whose sentence names the file. */
export async function probeMedia(path: string): Promise<MediaFacts> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new StudioError('file-missing', `There is no file ${path}.`, {
      hint: 'Check the name, or choose the file again.',
    });
  if (!found.isFile())
    throw new StudioError('file-unreadable', `${path} is not a file.`, { hint: 'Choose a picture or a clip.' });
  if (found.size === 0) throw new StudioError('media-empty', `${path} is empty.`, { hint: 'Choose another file.' });
  const picture = await probePicture(path);
  if (picture) return picture;
  const data = await runFfprobe(path);
  const format = data.format.format_name;
  const video = data.streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1);
  if (!video?.width || !video.height) {
    throw new StudioError('media-unsupported', `${path} holds no picture and no video.`, {
      hint: 'Choose a picture or a clip.',
      details: { format },
    });
  }
  if (video.width * video.height > maximumPixels) {
    throw new StudioError(
      'media-unsupported',
      `${path} is ${video.width}×${video.height}; frames up to 8192×8192 can be read.`,
      {
        hint: 'Scale it down first.',
      },
    );
  }
  const rotation = rotationOf(video);
  const turned = Math.abs(rotation) % 180 === 90;
  const frameRate = validRate(video.avg_frame_rate) ?? validRate(video.r_frame_rate) ?? '25/1';
  const framesPerSecond = rateOf(frameRate);
  const durationSeconds = Number(video.duration) || Number(data.format.duration) || 0;
  const isPicture =
    pictureFormats.test(format) &&
    pictureCodecs.test(video.codec_name ?? '') &&
    !(Number(video.nb_frames) > 1) &&
    format !== 'gif';
  const pixelFormat = video.pix_fmt ?? '';
  return {
    kind: isPicture ? 'picture' : 'clip',
    width: turned ? video.height : video.width,
    height: turned ? video.width : video.height,
    framesPerSecond: isPicture ? 0 : framesPerSecond,
    frameRate,
    durationSeconds: isPicture ? 0 : durationSeconds,
    frameCount: isPicture ? 1 : Math.max(1, Math.round(durationSeconds * framesPerSecond)),
    rotationDegrees: rotation,
    isVariableFrameRate:
      !isPicture && Math.abs(rateOf(validRate(video.r_frame_rate) ?? frameRate) / framesPerSecond - 1) > 0.01,
    hasAlpha: /^(rgba|bgra|argb|abgr|ya|yuva|gbrap|pal8)/.test(pixelFormat) || alphaTag(video),
    bitDepth: Number(/(9|10|12|14|16)(le|be)$/.exec(pixelFormat)?.[1] ?? 8),
    codec: video.codec_name ?? 'unknown',
    colourMatrix: matrixOf(video, pixelFormat),
    audioTracks: data.streams
      .filter((stream) => stream.codec_type === 'audio')
      .map((stream) => ({
        codec: stream.codec_name ?? 'unknown',
        channels: stream.channels ?? 0,
        sampleRate: Number(stream.sample_rate ?? 0),
      })),
  };
}

/** Number of frames per second of a fraction such as `30000/1001`. */
export function rateOf(fraction: string): number {
  const [over, under = '1'] = fraction.split('/');
  return Number(over) / Number(under);
}

function validRate(fraction: string | undefined): string | undefined {
  const rate = fraction ? rateOf(fraction) : Number.NaN;
  return fraction && Number.isFinite(rate) && rate > 0 && rate <= 1000 ? fraction : undefined;
}

function rotationOf(stream: ProbedStream): number {
  const fromSideData = stream.side_data_list?.map((entry) => Number(entry.rotation)).find(Number.isFinite);
  const value = fromSideData ?? Number(stream.tags?.rotate ?? 0);
  return Number.isFinite(value) ? Math.round(value) : 0;
}

/** VP8 and VP9 carry alpha in a second stream that only a tag tells of. */
function alphaTag(stream: ProbedStream): boolean {
  return Object.entries(stream.tags ?? {}).some(
    ([key, value]) => key.toLowerCase() === 'alpha_mode' && String(value) === '1',
  );
}

function matrixOf(stream: ProbedStream, pixelFormat: string): MediaFacts['colourMatrix'] {
  const space = String(stream.color_space ?? '');
  if (/^(rgb|bgr|argb|abgr|gbr|pal8|gray|ya|mono)/.test(pixelFormat)) return 'rgb';
  if (space.startsWith('bt2020')) return 'bt2020';
  if (space === 'bt709') return 'bt709';
  if (/^(bt470bg|smpte170m|fcc|smpte240m)/.test(space)) return 'bt601';
  // Untagged: what players assume. JPEG pictures are always BT.601.
  if (stream.codec_name === 'mjpeg') return 'bt601';
  return (stream.height ?? 0) >= 720 || (stream.width ?? 0) >= 1280 ? 'bt709' : 'bt601';
}
