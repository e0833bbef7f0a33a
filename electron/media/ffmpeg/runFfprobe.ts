import { execFile } from 'node:child_process';
import { z } from 'zod';
import { StudioError } from '../../../models/errors/studioError.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { inputName, memoryOptions, safeInputOptions } from './ffmpegInput.ts';
import { ffmpegTools, mediaFailure } from './ffmpegTools.ts';

/** How long a look at a file may take, and how much may be said about it. */
const limitMilliseconds = 15_000;
const limitBytes = 4 * 2 ** 20;

const text = z.coerce.string().optional();

const probedStream = z.object({
  codec_type: text,
  codec_name: text,
  width: z.number().optional(),
  height: z.number().optional(),
  pix_fmt: text,
  color_space: text,
  avg_frame_rate: text,
  r_frame_rate: text,
  duration: text,
  nb_frames: text,
  channels: z.number().optional(),
  sample_rate: text,
  disposition: z.record(z.string(), z.number()).optional(),
  tags: z.record(z.string(), z.unknown()).optional(),
  side_data_list: z.array(z.looseObject({ rotation: z.unknown() })).optional(),
});

/** A stream of a file as ffprobe tells it. */
export type ProbedStream = z.output<typeof probedStream>;

const probedFile = z.object({
  streams: z.array(probedStream).default([]),
  format: z.object({ format_name: z.string().default(''), duration: text }).default({ format_name: '' }),
});

/** What ffprobe says of a file. */
export type ProbedFile = z.output<typeof probedFile>;

/** Asks ffprobe what a file holds, within limits of time and size. @throws StudioError that names the file */
export async function runFfprobe(path: string): Promise<ProbedFile> {
  const { ffprobePath } = await ffmpegTools();
  const options = [...['-v', 'error'], ...memoryOptions, ...safeInputOptions];
  const wanted = ['-show_entries', 'stream_side_data=rotation', '-show_format', '-show_streams', '-of', 'json'];
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      ffprobePath,
      [...options, ...wanted, inputName(path)],
      { timeout: limitMilliseconds, maxBuffer: limitBytes, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (error.killed)
          reject(
            new StudioError('media-unsupported', `${path} was given up: it takes too long to say what it holds.`, {
              hint: 'The file may be damaged; convert it first, or choose another.',
            }),
          );
        else reject(mediaFailure(path, new Error(stderr || error.message), 'read'));
      },
    );
  });
  try {
    return probedFile.parse(parseBoundedJson(output, path));
  } catch (cause) {
    throw mediaFailure(path, cause, 'read');
  }
}
