import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import { StudioError } from '../../models/errors/studioError.ts';

/** Where the two programs are, whose they are and which version is in use. */
export interface FfmpegTools {
  ffmpegPath: string;
  ffprobePath: string;
  /** `yours`: found through FFMPEG_PATH, FFPROBE_PATH or PATH; `bundled`: from the npm packages. */
  origin: 'yours' | 'bundled';
  version: string;
  /** Names of the encoders this build has. */
  encoders: ReadonlySet<string>;
}

let found: Promise<FfmpegTools> | undefined;

/** Finds ffmpeg and ffprobe once: the user's own if present, else the ones that came with the packages. */
export function ffmpegTools(): Promise<FfmpegTools> {
  found ??= findTools();
  return found;
}

async function findTools(): Promise<FfmpegTools> {
  const own = {
    ffmpeg: process.env.FFMPEG_PATH ?? onPath('ffmpeg'),
    ffprobe: process.env.FFPROBE_PATH ?? onPath('ffprobe'),
  };
  const isOwn = own.ffmpeg !== undefined && own.ffprobe !== undefined;
  const ffmpegPath = isOwn ? own.ffmpeg : bundled('@ffmpeg-installer/ffmpeg');
  const ffprobePath = isOwn ? own.ffprobe : bundled('@ffprobe-installer/ffprobe');
  if (!ffmpegPath || !ffprobePath) {
    throw new StudioError(
      'tool-missing',
      'Neither ffmpeg nor ffprobe was found, and none came with the packages for this system.',
      {
        hint: 'Install ffmpeg (ffmpeg.org or your package manager), or set FFMPEG_PATH and FFPROBE_PATH.',
      },
    );
  }
  const version = (await output(ffmpegPath, ['-hide_banner', '-version'])).split('\n')[0] ?? '';
  const listing = await output(ffmpegPath, ['-hide_banner', '-encoders']);
  const encoders = new Set([...listing.matchAll(/^ [VAS][.\w]{5} (\S+)/gm)].map((match) => match[1] ?? ''));
  ffmpeg.setFfmpegPath(ffmpegPath);
  ffmpeg.setFfprobePath(ffprobePath);
  return {
    ffmpegPath,
    ffprobePath,
    origin: isOwn ? 'yours' : 'bundled',
    version: version.replace(/ Copyright.*/, ''),
    encoders,
  };
}

function onPath(name: string): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, file))
    .find((path) => existsSync(path));
}

function bundled(packageName: string): string | undefined {
  try {
    const installer: { path?: unknown } = createRequire(import.meta.url)(packageName);
    // Inside a packaged app the programs lie beside the archive, not in it.
    const path =
      typeof installer.path === 'string' ? installer.path.replace('app.asar', 'app.asar.unpacked') : undefined;
    return path && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
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

/** ffmpeg options every input gets: files only, so that a playlist from a stranger reaches neither the network nor other protocols. */
export const safeInputOptions = ['-protocol_whitelist', 'file,pipe'];

/** Turns what fluent-ffmpeg reports into a sentence about a file. The details keep ffmpeg's own last lines. */
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
