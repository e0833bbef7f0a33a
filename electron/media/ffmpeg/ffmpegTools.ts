import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { isTooOld, oldestFfmpeg } from './ffmpegVersion.ts';

/** Where the two programs are and which version is in use. */
export interface FfmpegTools {
  ffmpegPath: string;
  ffprobePath: string;
  version: string;
  /** Names of the encoders this build has. */
  encoders: ReadonlySet<string>;
}

/** How a person comes by ffmpeg on this system. */
const howToGetIt: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'Install it with "winget install Gyan.FFmpeg" and start the studio again',
  darwin: 'Install it with "brew install ffmpeg" and start the studio again',
  linux: 'Install it with your package manager, such as "sudo apt install ffmpeg", and start the studio again',
};

let found: Promise<FfmpegTools> | undefined;

/** Finds ffmpeg and ffprobe once: where FFMPEG_PATH and FFPROBE_PATH say, else on PATH. @throws StudioError `tool-missing`, also where they are too old */
export function ffmpegTools(): Promise<FfmpegTools> {
  found ??= findTools().catch((error: unknown) => {
    // Someone who installs it now need not start the studio again.
    found = undefined;
    throw error;
  });
  return found;
}

async function findTools(): Promise<FfmpegTools> {
  const ffmpegPath = process.env.FFMPEG_PATH ?? onPath('ffmpeg');
  const ffprobePath = process.env.FFPROBE_PATH ?? onPath('ffprobe');
  const hint = `${howToGetIt[process.platform] ?? 'Get it from ffmpeg.org'}; or set FFMPEG_PATH and FFPROBE_PATH to its two programs.`;
  if (!ffmpegPath || !ffprobePath)
    throw new StudioError('tool-missing', 'Clips need ffmpeg, which was not found on this machine.', { hint });
  const [version = ''] = (await output(ffmpegPath, ['-hide_banner', '-version'])).split('\n');
  if (isTooOld(version))
    throw new StudioError(
      'tool-missing',
      `The ffmpeg on this machine is too old to open files from elsewhere: ${shortened(version)}, and ${oldestFfmpeg.major}.${oldestFfmpeg.minor} or newer is wanted.`,
      { hint },
    );
  const listing = await output(ffmpegPath, ['-hide_banner', '-encoders']);
  const encoders = new Set([...listing.matchAll(/^ [VAS][.\w]{5} (\S+)/gm)].map((match) => match[1] ?? ''));
  return { ffmpegPath, ffprobePath, version: shortened(version), encoders };
}

const shortened = (version: string): string => version.replace(/ Copyright.*/, '').trim();

function onPath(name: string): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, file))
    .find((path) => existsSync(path));
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: 16 << 20, timeout: 30_000 }, (error, stdout) => {
      if (error) {
        reject(
          new StudioError('tool-missing', `${program} could not be run: ${error.message.split('\n')[0]}.`, {
            hint: 'Install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH to working programs.',
            cause: error,
          }),
        );
      } else resolve(stdout);
    });
  });
}

/** Turns what ffmpeg reports into a sentence about a file. The details keep ffmpeg's own last lines. */
export function mediaFailure(path: string, cause: unknown, doing: 'read' | 'written'): StudioError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/No space left/i.test(text)) {
    return new StudioError('disk-full', `${path} could not be written: the disk is full.`, {
      hint: 'Free some space and export again.',
      cause,
    });
  }
  if (/No such file/i.test(text) && doing === 'read') {
    return new StudioError('file-missing', `There is no file ${path}.`, {
      hint: 'Check the name, or choose the file again.',
      cause,
    });
  }
  if (/Permission denied|Read-only file system/i.test(text)) {
    return new StudioError(doing === 'read' ? 'file-unreadable' : 'file-unwritable', `${path} may not be ${doing}.`, {
      hint: doing === 'read' ? 'Check the file’s permissions.' : 'Choose a folder you may write to.',
      cause,
    });
  }
  const sentence =
    doing === 'read'
      ? `${path} is not a picture or clip that ffmpeg can read.`
      : `${path} could not be written by ffmpeg.`;
  return new StudioError('media-unsupported', sentence, {
    hint:
      doing === 'read'
        ? 'Convert it to MP4 or PNG first, or choose another file.'
        : 'Choose another format; the details say what ffmpeg said.',
    details: { ffmpeg: text.split('\n').slice(-12).join('\n') },
    cause,
  });
}
