/** The forms a take can leave the studio in. */
export const exportFormatNames = [
  'mp4-h264',
  'mp4-h265',
  'webm-vp9',
  'webm-av1',
  'gif',
  'mov-prores4444',
  'webm-vp9-alpha',
  'png-sequence',
] as const;

/** Name of an export format. */
export type ExportFormat = (typeof exportFormatNames)[number];

/** How hard the encoder tries: file size against fidelity. */
export type ExportQuality = 'draft' | 'good' | 'best';

/** Facts about a format that the encoder and the export dialog share. */
export interface ExportFormatFacts {
  title: string;
  extension: string;
  alpha: boolean;
  sound: boolean;
  /** ffmpeg encoders that make it, best first, with the smallest side each takes. */
  encoders: readonly { name: string; smallestSide?: number }[];
  pixelFormat: string;
  options: (quality: ExportQuality, encoder: string) => string[];
}

const level = <Value>(quality: ExportQuality, draft: Value, good: Value, best: Value): Value =>
  quality === 'draft' ? draft : quality === 'good' ? good : best;

/** Every format by its name. */
export const exportFormats: Readonly<Record<ExportFormat, ExportFormatFacts>> = {
  'mp4-h264': {
    title: 'MP4 (H.264)',
    extension: '.mp4',
    alpha: false,
    sound: true,
    encoders: [{ name: 'libx264' }],
    pixelFormat: 'yuv420p',
    options: (quality) => [
      '-preset',
      level(quality, 'veryfast', 'medium', 'slow'),
      '-crf',
      level(quality, '26', '18', '12'),
      '-movflags',
      '+faststart',
    ],
  },
  'mp4-h265': {
    title: 'MP4 (H.265)',
    extension: '.mp4',
    alpha: false,
    sound: true,
    encoders: [{ name: 'libx265' }],
    pixelFormat: 'yuv420p',
    options: (quality) => [
      ...['-preset', level(quality, 'veryfast', 'medium', 'slow'), '-crf', level(quality, '28', '20', '14')],
      ...['-tag:v', 'hvc1', '-x265-params', 'log-level=error', '-movflags', '+faststart'],
    ],
  },
  'webm-vp9': {
    title: 'WebM (VP9)',
    extension: '.webm',
    alpha: false,
    sound: true,
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
    title: 'WebM (AV1)',
    extension: '.webm',
    alpha: false,
    sound: true,
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
    title: 'GIF',
    extension: '.gif',
    alpha: false,
    sound: false,
    encoders: [{ name: 'gif' }],
    pixelFormat: 'rgb8',
    options: () => ['-loop', '0'],
  },
  'mov-prores4444': {
    title: 'QuickTime (ProRes 4444, with alpha)',
    extension: '.mov',
    alpha: true,
    sound: true,
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
    title: 'WebM (VP9, with alpha)',
    extension: '.webm',
    alpha: true,
    sound: true,
    encoders: [{ name: 'libvpx-vp9' }],
    pixelFormat: 'yuva420p',
    options: (quality) => ['-b:v', '0', '-crf', level(quality, '40', '28', '16'), '-auto-alt-ref', '0', '-row-mt', '1'],
  },
  'png-sequence': {
    title: 'PNG pictures, one a frame',
    extension: '',
    alpha: true,
    sound: false,
    encoders: [{ name: 'png' }],
    pixelFormat: 'rgba',
    options: () => ['-compression_level', '6'],
  },
};
