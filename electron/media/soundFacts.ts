import { runFfprobe } from './ffmpeg/runFfprobe.ts';

/** A file's first sound track. */
export interface SoundFacts {
  readonly codec: string;
  readonly channels: number;
  readonly durationSeconds: number;
}

/** What is known of the sound in a clip, or in a file of sound alone; undefined where there is none. */
export async function soundFacts(path: string): Promise<SoundFacts | undefined> {
  const { streams, format } = await runFfprobe(path);
  const sound = streams.find((stream) => stream.codec_type === 'audio');
  if (!sound) return undefined;
  return {
    codec: sound.codec_name ?? 'unknown',
    channels: sound.channels ?? 2,
    durationSeconds: Number(sound.duration) || Number(format.duration) || 0,
  };
}
