import { runFfprobe } from './ffmpeg/runFfprobe.ts';

/** Whether a clip, or a file of sound alone, has a sound track. */
export async function hasSoundTrack(path: string): Promise<boolean> {
  return (await runFfprobe(path)).streams.some((stream) => stream.codec_type === 'audio');
}
