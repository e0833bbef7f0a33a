import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ffmpegTools } from '../../electron/media/ffmpeg/ffmpegTools.ts';
import { encodeMaskPng } from '../../electron/media/readPicture.ts';
import type { Measure } from './measure.ts';
import { treeBytes } from './treeMemory.ts';

const root = resolve(import.meta.dirname, '../..');

/** Peak memory, outside the engine's own process, of an edit of the first two seconds of a ten-minute 1080p clip. Linux only. */
export async function benchClipMemory(modelFolder: string): Promise<Measure[]> {
  if (process.platform !== 'linux') return [];
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-bench-'));
  try {
    const clip = join(folder, 'long.mp4');
    const { ffmpegPath } = await ffmpegTools();
    const source = 'testsrc=size=1920x1080:rate=10:duration=600';
    execFileSync(ffmpegPath, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      source,
      '-f',
      'lavfi',
      '-i',
      'sine=duration=600',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      clip,
    ]);
    const mask = new Uint8Array(1920 * 1080);
    for (let y = 300; y < 800; y++) mask.fill(255, y * 1920 + 600, y * 1920 + 1300);
    await writeFile(join(folder, 'mask.png'), await encodeMaskPng({ width: 1920, height: 1080, data: mask }));
    const args = [
      'edit',
      clip,
      '--mask',
      join(folder, 'mask.png'),
      '--end',
      '2',
      '-p',
      'a beach',
      '--steps',
      '2',
      '--seed',
      '1',
      '-m',
      modelFolder,
      '--provider',
      'cpu',
      '-o',
      join(folder, 'edited.mp4'),
    ];
    const child = spawn(process.execPath, ['--import', 'tsx', join('electron', 'cli', 'magdiff.ts'), ...args], {
      cwd: root,
      stdio: 'ignore',
    });
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, treeBytes(child.pid ?? 0, 'engineProcess'));
    }, 100);
    const code = await new Promise<number | null>((done) => child.once('exit', done));
    clearInterval(timer);
    if (code !== 0) throw new Error(`the edit ended with ${code}`);
    return [
      {
        name: '10-minute 1080p clip, edit of its first 2 s: memory outside the engine',
        value: peak / 2 ** 30,
        unit: 'GiB',
        bound: { atMost: 1.5 },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
