/**
 * `npm run demo`: makes a video from the sample subject on this machine, without GPU, network or Python, and says how it was made.
 * The sample is drawn by the project itself.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { encodeMaskPng, encodePng } from '../electron/media/readPicture.ts';
import { drawSampleFrame, sampleSize, sampleSubjectOutline } from '../electron/services/projects/sampleMaterial.ts';
import { rasterizeMask } from '../models/masks/rasterizeMask.ts';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'out', 'demo');
const sentence = 'the red balloon jumps on a beach';

await mkdir(folder, { recursive: true });
const picture = drawSampleFrame(0);
await writeFile(join(folder, 'balloon.png'), await encodePng(picture));
const mask = rasterizeMask(
  {
    width: sampleSize,
    height: sampleSize,
    growPixels: 0,
    featherPixels: 0,
    keys: [{ frameIndex: 0, interpolation: 'hold', operations: [sampleSubjectOutline(0)] }],
  },
  { width: sampleSize, height: sampleSize, frameIndex: 0 },
);
await writeFile(
  join(folder, 'balloon-mask.png'),
  await encodeMaskPng({ width: sampleSize, height: sampleSize, data: mask }),
);

const args = [
  ...['generate', 'out/demo/balloon.png', '--mask', 'out/demo/balloon-mask.png', '--prompt', sentence],
  ...['--frames', '8', '--seed', '7', '--out', 'out/demo/balloon-jumps.mp4'],
];
const run = spawnSync(process.execPath, ['--import', 'tsx', join('electron', 'cli', 'magdiff.ts'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
if (run.status === 0) {
  const typed = args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ');
  process.stdout.write(
    [
      '',
      `The video: ${relative(process.cwd(), join(folder, 'balloon-jumps.mp4'))}`,
      'The subject is the balloon of balloon.png, cut out by balloon-mask.png; the rest is the sentence’s doing.',
      `How it was made: npm run --silent magdiff -- ${typed}`,
      'The same frames again: npm run --silent magdiff -- remake out/demo/take.json',
      '',
    ].join('\n'),
  );
}
process.exitCode = run.status ?? 1;
