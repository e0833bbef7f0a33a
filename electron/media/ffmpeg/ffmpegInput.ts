import { resolve } from 'node:path';

/**
 * Containers and pictures that are read, by ffmpeg's names of them. Nothing that is a list of other files or streams, a numbered series of
 * files, a device or a script is among them, so that a file never makes ffmpeg open another, whatever it calls itself.
 */
const formats = [
  ...[
    'mov',
    'matroska',
    'avi',
    'mpegts',
    'mpeg',
    'asf',
    'mxf',
    'nut',
    'flv',
    'ogg',
    'ivf',
    'yuv4mpegpipe',
    'dv',
    'm4v',
  ],
  ...['h264', 'hevc', 'wav', 'mp3', 'flac', 'aac', 'aiff', 'w64', 'caf', 'gif', 'apng', 'jpegxl_anim'],
  ...['png', 'jpeg', 'bmp', 'tiff', 'webp', 'ppm', 'pgm', 'pam', 'qoi', 'jpegxl', 'dpx', 'exr', 'j2k'].map(
    (name) => `${name}_pipe`,
  ),
];

/** The largest frame accepted, in pixels: 8192 squared, 256 MiB as RGBA. */
export const maximumPixels = 8192 * 8192;

/** ffmpeg and ffprobe options that every input from a stranger gets, before the input's name. */
export const safeInputOptions: readonly string[] = [
  ...['-protocol_whitelist', 'file,pipe'],
  ...['-format_whitelist', formats.join(',')],
  ...['-max_pixels', String(maximumPixels)],
];

/** No single piece of memory that ffmpeg asks for is larger: a frame of the largest size at 16 bits a channel. */
export const memoryOptions: readonly string[] = ['-max_alloc', String(maximumPixels * 8 + 2 ** 20)];

/** A file's name as ffmpeg takes it for a file, whatever characters it begins with. */
export function inputName(path: string): string {
  return `file:${resolve(path)}`;
}
