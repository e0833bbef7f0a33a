/**
 * `npm run bench`: every measure of speed and memory, each beside its bound and as a ratio (1 or more is within it), all in one
 * run on this machine. `--quick` leaves out the released-size network and the ten-minute clip. `follow [FOLDER [SEED]]` measures the
 * built-in follower alone, on composites of a folder's material (`videos`, `photos`, `subjects`), with a seed on others of it, or on drawn ones. `edit [FOLDER]` measures an
 * edit of ten seconds alone; its clip, job and video stay in the folder. `grid` measures a grid of takes against single ones,
 * `set` takes and live previews by a set of Stable Diffusion 1.5's size, random weights (4 GB of disk while it runs),
 * `attention` where maps of words lie and what they cost, `queue [redis://…]` takes over a queue against takes without.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { openModel } from '../models/families/openModel.ts';
import { benchAttention } from './bench/attention.ts';
import { benchClipMemory } from './bench/clipMemory.ts';
import { benchEdit } from './bench/edit/benchEdit.ts';
import { benchFollow } from './bench/follow/benchFollow.ts';
import { drawnComposites } from './bench/follow/drawnComposites.ts';
import { filmedComposites } from './bench/follow/filmedComposites.ts';
import { benchGrid } from './bench/grid.ts';
import { benchLivePreview } from './bench/livePreview.ts';
import { type Measure, measureLine } from './bench/measure.ts';
import { benchPage } from './bench/page.ts';
import { benchQueue } from './bench/queue.ts';
import { benchSet } from './bench/set.ts';

const root = resolve(import.meta.dirname, '..');
const model = join(root, 'models', 'bundled', 'magdiff-small');
const quick = process.argv.includes('--quick');

async function section(title: string, bench: () => Promise<Measure[]>): Promise<void> {
  process.stdout.write(`${title}\n`);
  for (const measure of await bench()) process.stdout.write(`  ${measureLine(measure)}\n`);
}

if (process.argv[2] === 'follow') {
  const [folder, seed] = process.argv.slice(3);
  const composites =
    folder === undefined ? drawnComposites() : filmedComposites(folder, seed === undefined ? undefined : Number(seed));
  await section('The built-in follower', () => benchFollow(composites, (line) => process.stdout.write(`  ${line}\n`)));
  process.exit();
}
if (process.argv[2] === 'grid') {
  await section('A grid of takes', benchGrid);
  process.exit();
}
if (process.argv[2] === 'edit') {
  const tell = (line: string) => process.stdout.write(`  ${line}\n`);
  await section('An edit of ten seconds', () => benchEdit(model, tell, process.argv[3]));
  process.exit();
}
if (process.argv[2] === 'set') {
  await section('A set of the size of Stable Diffusion 1.5', () =>
    benchSet((line) => process.stdout.write(`  ${line}\n`)),
  );
  process.exit();
}
if (process.argv[2] === 'queue') {
  await section('A queue', () => benchQueue(model, process.argv[3] ?? 'redis://127.0.0.1:6379/bench'));
  process.exit();
}
if (process.argv[2] === 'attention') {
  await section('Attention maps', () => benchAttention(model));
  process.exit();
}
const { description } = await openModel(model, { provider: 'cpu' });
await section('Live preview', () => benchLivePreview(model, description.student !== undefined));
await section('The page', benchPage);
if (!quick) {
  await section('Attention maps', () => benchAttention(model));
  await section('A grid of takes', benchGrid);
  await section('Long clips', () => benchClipMemory(model));
  // In a process of its own, so that its memory is its own.
  process.stdout.write('The released size, random weights\n');
  spawnSync(process.execPath, ['--import', 'tsx', join('electron', 'cli', 'magdiff.ts'), 'bench'], {
    cwd: root,
    stdio: 'inherit',
  });
}
