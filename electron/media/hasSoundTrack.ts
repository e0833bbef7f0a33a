import ffmpeg from 'fluent-ffmpeg';
import { ffmpegTools, mediaFailure, safeInputOptions } from './ffmpegTools.ts';

/** Containers of sound that may lack a picture, and those of clips; a list of other files is never opened. */
const containers = /^(wav|mp3|flac|ogg|aac|aiff|w64|mov,|matroska|avi|mpegts|mpeg|asf|mxf|nut|flv)/;

/** Whether a clip, or a file of sound alone, has a sound track. */
export async function hasSoundTrack(path: string): Promise<boolean> {
  await ffmpegTools();
  const data = await new Promise<ffmpeg.FfprobeData>((resolve, reject) => {
    ffmpeg.ffprobe(path, safeInputOptions, (error: unknown, result) => {
      if (error) reject(mediaFailure(path, error, 'read'));
      else resolve(result);
    });
  });
  return containers.test(data.format.format_name ?? '') && data.streams.some((stream) => stream.codec_type === 'audio');
}
