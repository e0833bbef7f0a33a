import type { Readable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { StudioError } from '../../../models/errors/studioError.ts';
import { inputName, memoryOptions, safeInputOptions } from './ffmpegInput.ts';
import { ffmpegTools } from './ffmpegTools.ts';

/** A call of ffmpeg in the making; the only file that knows which library puts it together. */
export type FfmpegCommand = ffmpeg.FfmpegCommand;

/** A call of ffmpeg that reads a file from a stranger. @throws StudioError `tool-missing` */
export async function readingCommand(path: string, options: readonly string[] = []): Promise<FfmpegCommand> {
  const { ffmpegPath } = await ffmpegTools();
  const command = ffmpeg(inputName(path)).setFfmpegPath(ffmpegPath);
  return command.inputOptions([...memoryOptions, ...safeInputOptions, ...options]);
}

/** A call of ffmpeg that is fed by a stream. @throws StudioError `tool-missing` */
export async function feedingCommand(stream: Readable): Promise<FfmpegCommand> {
  const { ffmpegPath } = await ffmpegTools();
  return ffmpeg(stream).setFfmpegPath(ffmpegPath);
}

/** Adds a file from a stranger as a further input. */
export function addInput(command: FfmpegCommand, path: string, options: readonly string[] = []): void {
  command.input(inputName(path)).inputOptions([...safeInputOptions, ...options]);
}

/** Ends a call that does nothing for too long. */
export interface StallWatch {
  /** It did something: the time begins anew. */
  stirred(): void;
  /** It has nothing to do until `stirred`: the receiver or the feeder is at work. */
  paused(): void;
  /** It is over. */
  done(): void;
  /** Why it was ended, once it was. */
  readonly failure: StudioError | undefined;
}

/** Watches a call that has begun: after `milliseconds` without a stir it is killed. */
export function watchForStall(command: FfmpegCommand, path: string, milliseconds: number): StallWatch {
  let failure: StudioError | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    failure = new StudioError(
      'media-unsupported',
      `${path} was given up: ffmpeg did nothing for ${milliseconds / 1000} seconds.`,
      {
        hint: 'The file may be damaged; convert it first, or choose another.',
      },
    );
    command.kill('SIGKILL');
  };
  const paused = (): void => clearTimeout(timer);
  const stirred = (): void => {
    clearTimeout(timer);
    timer = setTimeout(end, milliseconds);
  };
  stirred();
  return {
    stirred,
    paused,
    done: paused,
    get failure() {
      return failure;
    },
  };
}
