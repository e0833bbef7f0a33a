import type { ExportFormat } from '../contract/exportFormats.ts';
import type { ExportOptions } from '../contract/jobs.ts';

/** How hard the encoder tries: file size against fidelity. */
export type ExportQuality = ExportOptions['quality'];

/** How ffmpeg makes a format. */
export interface Encoding {
  /** ffmpeg encoders that make it, best first, with the smallest side each takes. */
  encoders: readonly { name: string; smallestSide?: number }[];
  pixelFormat: string;
  options: (quality: ExportQuality, encoder: string) => string[];
}

const level = <Value>(quality: ExportQuality, draft: Value, good: Value, best: Value): Value =>
  quality === 'draft' ? draft : quality === 'good' ? good : best;

/** How each format is encoded; what else there is to know of it is in the contract's `exportFormats`. */
export const encodings: Readonly<Record<ExportFormat, Encoding>> = {
  'mp4-h264': {
    encoders: [{ name: 'libx264' }],
    pixelFormat: 'yuv420p',
    // `faster` at 16 looks as `medium` does at 18 (the same PSNR and SSIM) for half the time and memory, in files an eighth larger.
    options: (quality) => [
      '-preset',
      level(quality, 'veryfast', 'faster', 'slow'),
      '-crf',
      level(quality, '26', '16', '12'),
      '-movflags',
      '+faststart',
    ],
  },
  'mp4-h265': {
    encoders: [{ name: 'libx265' }],
    pixelFormat: 'yuv420p',
    options: (quality) => [
      ...['-preset', level(quality, 'veryfast', 'medium', 'slow'), '-crf', level(quality, '28', '20', '14')],
      ...['-tag:v', 'hvc1', '-x265-params', 'log-level=error', '-movflags', '+faststart'],
    ],
  },
  'webm-vp9': {
    encoders: [{ name: 'libvpx-vp9' }],
    pixelFormat: 'yuv420p',
    options: (quality) => [
      '-b:v',
      '0',
      '-crf',
      level(quality, '40', '28', '16'),
      '-row-mt',
      '1',
      '-cpu-used',
      level(quality, '6', '4', '2'),
    ],
  },
  'webm-av1': {
    encoders: [{ name: 'libsvtav1', smallestSide: 64 }, { name: 'libaom-av1' }],
    pixelFormat: 'yuv420p',
    options: (quality, encoder) =>
      encoder === 'libsvtav1'
        ? ['-preset', level(quality, '10', '7', '5'), '-crf', level(quality, '40', '28', '18')]
        : [
            '-strict',
            'experimental',
            '-b:v',
            '0',
            '-crf',
            level(quality, '40', '28', '18'),
            '-cpu-used',
            level(quality, '8', '6', '4'),
            '-row-mt',
            '1',
          ],
  },
  gif: {
    encoders: [{ name: 'gif' }],
    pixelFormat: 'rgb8',
    options: () => ['-loop', '0'],
  },
  'mov-prores4444': {
    encoders: [{ name: 'prores_ks' }],
    pixelFormat: 'yuva444p10le',
    options: (quality) => [
      '-profile:v',
      '4',
      '-vendor',
      'apl0',
      '-alpha_bits',
      '16',
      '-qscale:v',
      level(quality, '16', '9', '4'),
    ],
  },
  'webm-vp9-alpha': {
    encoders: [{ name: 'libvpx-vp9' }],
    pixelFormat: 'yuva420p',
    options: (quality) => ['-b:v', '0', '-crf', level(quality, '40', '28', '16'), '-auto-alt-ref', '0', '-row-mt', '1'],
  },
  'png-sequence': {
    encoders: [{ name: 'png' }],
    pixelFormat: 'rgba',
    options: () => ['-compression_level', '6'],
  },
};
