import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { frameFileOf } from '../../../electron/engine/frameFiles.ts';
import { readPicture } from '../../../electron/media/readPicture.ts';
import { openModel } from '../../../models/families/openModel.ts';
import { planWindows } from '../../../models/pipeline/sampling/windows.ts';
import type { Measure } from '../measure.ts';
import { treeBytes, treeProcessorSeconds } from '../treeMemory.ts';
import { type DrawnClip, drawClip } from './drawnClip.ts';
import { type PlaceFigures, PlaceMeter } from './placeFigures.ts';

const root = resolve(import.meta.dirname, '../../..');

/** Every how many pixels the place is looked at. */
const thinning = 4;
/** How far from the subject the place begins, in pixels: shadows and the feather lie nearer. */
const margin = 60;
const overlapFrames = 4;

/** What a stage took: by the clock, and of all processors by the command and what it started. */
interface StageSeconds {
  readonly wall: number;
  readonly processor: number;
}

/** What a run of the command said and took. */
interface EditRun {
  readonly seconds: number;
  /** Longest time in which it said nothing, once it had begun to speak, and in which stage that was. */
  readonly silence: { readonly seconds: number; readonly stage: string };
  /** Processor time of it and of what it started. */
  readonly processorSeconds: number;
  readonly stages: ReadonlyMap<string, StageSeconds>;
  readonly memoryOutside: number;
  readonly memoryInAll: number;
}

/**
 * Edits a drawn clip of ten seconds in 1080p with sound from the command line, as users do, and says how long it took, what memory, and
 * whether the place is one place across the windows of the sampler. `keptFolder` keeps everything to be looked at.
 */
export async function benchEdit(
  modelFolder: string,
  tell: (line: string) => void,
  keptFolder?: string,
): Promise<Measure[]> {
  const folder = keptFolder ? resolve(keptFolder) : await mkdtemp(join(tmpdir(), 'magdiff-bench-'));
  try {
    await mkdir(folder, { recursive: true });
    const clip = await drawClip(folder, { width: 1920, height: 1080, seconds: 10, framesPerSecond: 24 });
    const job = join(folder, 'job');
    tell(`load of the machine before: ${loads()}`);
    const run = await runEdit(clip, modelFolder, job, join(folder, 'edited.mp4'));
    for (const [stage, { wall, processor }] of run.stages)
      tell(`${stage}: ${wall.toFixed(1)} s, ${processor.toFixed(1)} s of processor time`);
    tell(`longest silence: ${run.silence.seconds.toFixed(1)} s, ${run.silence.stage}`);
    tell(`processor time: ${run.processorSeconds.toFixed(0)} s; load of the machine after: ${loads()}`);
    tell(`memory in all: ${(run.memoryInAll / 2 ** 30).toFixed(2)} GiB`);
    const { description } = await openModel(modelFolder, { provider: 'cpu' });
    const window = Math.min(clip.frames, Math.max(...description.frames));
    const borders = planWindows(clip.frames, window, overlapFrames)
      .slice(1)
      .map(({ start, overlap }) => start + overlap);
    const figures = await placeOf(clip, join(job, 'frames'), new Set(borders));
    tell(
      `the place from frame to frame: ${figures.inside.toFixed(3)} of 255 inside windows, ${figures.across.toFixed(3)} across borders, ${figures.worst.toFixed(3)} at most`,
    );
    return measuresOf(run, figures);
  } finally {
    if (!keptFolder) await rm(folder, { recursive: true, force: true });
  }
}

function measuresOf(run: EditRun, figures: PlaceFigures): Measure[] {
  const atMost = (name: string, value: number, unit: string, most: number): Measure => ({
    name,
    value,
    unit,
    bound: { atMost: most },
  });
  return [
    atMost(
      'the place across window borders, as inside windows',
      figures.across / Math.max(figures.inside, 1e-6),
      '',
      1.05,
    ),
    atMost('colour drift of the place over 10 s', figures.drift, 'ΔE', 2),
    atMost('10 s of 1080p with sound: the whole edit', run.seconds, 's', 90),
    atMost('longest time without progress', run.silence.seconds, 's', 1),
    ...(process.platform === 'linux'
      ? [atMost('memory outside the engine', run.memoryOutside / 2 ** 30, 'GiB', 1)]
      : []),
  ];
}

const loads = (): string =>
  loadavg()
    .map((load) => load.toFixed(1))
    .join(' ');

/** Runs the command and listens to it. */
async function runEdit(clip: DrawnClip, modelFolder: string, job: string, out: string): Promise<EditRun> {
  const args = [
    ...['edit', clip.path, '--mask', clip.masks, '--keep', 'subject', '-p', 'a ball rolls on a beach', '--seed', '3'],
    ...['-m', modelFolder, '--provider', 'cpu', '--overlap', String(overlapFrames)],
    ...['--keep-job', job, '-o', out, '--json'],
  ];
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', join('electron', 'cli', 'magdiff.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [memoryOutside, memoryInAll] = [0, 0];
  let silence = { seconds: 0, stage: '' };
  const processorBefore = processorSecondsOfChildren();
  const timer = setInterval(() => {
    memoryOutside = Math.max(memoryOutside, treeBytes(child.pid ?? 0, 'engineProcess'));
    memoryInAll = Math.max(memoryInAll, treeBytes(child.pid ?? 0, '\n'));
  }, 200);
  let [last, stage, processorLast] = [began, 'starting', 0];
  const stages = new Map<string, StageSeconds>();
  const count = (wall: number, processor: number): void => {
    const before = stages.get(stage) ?? { wall: 0, processor: 0 };
    stages.set(stage, { wall: before.wall + wall, processor: before.processor + processor });
  };
  createInterface(child.stdout).on('line', (line) => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    if (stage !== 'starting' && seconds > silence.seconds) silence = { seconds, stage };
    last = now;
    count(seconds, 0);
    const said: unknown = JSON.parse(line);
    if (typeof said !== 'object' || !said || !('state' in said) || said.state === stage) return;
    const processorNow = treeProcessorSeconds(child.pid ?? 0);
    count(0, processorNow - processorLast);
    processorLast = processorNow;
    stage = String(said.state);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  clearInterval(timer);
  if (code !== 0) throw new Error(`the edit ended with ${code}`);
  const processorSeconds = processorSecondsOfChildren() - processorBefore;
  count(0, processorSeconds - processorLast);
  return { seconds: (performance.now() - began) / 1000, silence, processorSeconds, stages, memoryOutside, memoryInAll };
}

/** Processor time of this process's children that have ended, and of theirs; Linux, else 0. */
function processorSecondsOfChildren(): number {
  if (process.platform !== 'linux') return 0;
  // The fields behind the name in brackets; 16 and 17 of all are the children's time in user and system mode, in hundredths.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Looks at the place in every frame. */
async function placeOf(clip: DrawnClip, frames: string, borders: ReadonlySet<number>): Promise<PlaceFigures> {
  const [width, height] = [Math.floor(clip.width / thinning), Math.floor(clip.height / thinning)];
  const meter = new PlaceMeter({ width, height, framesPerSecond: clip.framesPerSecond }, borders);
  for (let frame = 0; frame < clip.frames; frame++) {
    const picture = await readPicture(frameFileOf(frames, frame));
    const data = new Uint8Array(width * height * 4);
    const isPlace = new Uint8Array(width * height);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++, to++) {
        const from = (y * thinning * clip.width + x * thinning) * 4;
        data.set(picture.data.subarray(from, from + 4), to * 4);
        isPlace[to] = clip.outside(frame, x * thinning, y * thinning) > margin ? 1 : 0;
      }
    meter.add({ data, isPlace });
  }
  return meter.figures();
}
