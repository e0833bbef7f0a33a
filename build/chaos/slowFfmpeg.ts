import { execFile } from 'node:child_process';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ffmpegTools } from '../../electron/media/ffmpeg/ffmpegTools.ts';

/** An ffmpeg that can be told to be slow. */
export interface SlowFfmpeg {
  /** What the studio's environment must say, so that it uses it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A small clip. */
  readonly clip: string;
  beSlow(isSlow: boolean): Promise<void>;
}

/** Puts programs before this machine's ffmpeg and ffprobe that wait two seconds while told to (not on Windows, where they never wait). */
export async function makeSlowFfmpeg(folder: string): Promise<SlowFfmpeg> {
  const tools = await ffmpegTools();
  const clip = join(folder, 'clip.mp4');
  await promisify(execFile)(tools.ffmpegPath, ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=64x48:d=1:r=8', clip]);
  if (process.platform === 'win32') return { environment: {}, clip, beSlow: async () => undefined };
  const flag = join(folder, 'slow');
  const put = async (name: string, program: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n[ -e '${flag}' ] && sleep 2\nexec '${program}' "$@"\n`);
    await chmod(path, 0o755);
    return path;
  };
  return {
    environment: {
      FFMPEG_PATH: await put('ffmpeg', tools.ffmpegPath),
      FFPROBE_PATH: await put('ffprobe', tools.ffprobePath),
    },
    clip,
    beSlow: (isSlow) => (isSlow ? writeFile(flag, '') : rm(flag, { force: true })),
  };
}
