import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { secondsAt } from '../../../../electron/engine/pace/jobWork.ts';
import { PastRuns } from '../../../../electron/engine/pace/pastRuns.ts';
import { StageClock } from '../../../../electron/engine/pace/stageClock.ts';
import { Teller } from '../../../../electron/engine/pace/teller.ts';
import { type Progress, progressOf } from '../../../../models/progress/progress.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-pace-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

test('a clock tells what a stage took until its first step and for each after it', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const clock = new StageClock();
  const say = (state: 'encoding' | 'denoising', step: number, after: number) => {
    now += after;
    return clock.timed(progressOf(state, { step, total: 10 }));
  };
  say('encoding', 0, 100);
  say('encoding', 1, 500);
  say('encoding', 2, 50);
  say('encoding', 3, 70);
  say('denoising', 1, 2000);
  expect(say('denoising', 2, 400).secondsLeft).toBeCloseTo(3.2);
  expect(clock.paceOf('encoding')).toEqual({ first: 0.5, each: 0.06 });
  expect(clock.paceOf('denoising')).toEqual({ first: 2, each: 0.4 });
  expect(clock.paceOf('decoding')).toBeUndefined();
});

test('while work goes on the last is told again with what is left of its time, and not more often than it has to be', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const said: Progress[] = [];
  const teller = new Teller((progress) => said.push(progress));
  teller.stir();
  expect(said).toEqual([]);
  const step = progressOf('denoising', { step: 2, total: 8, secondsLeft: 0.7 });
  teller.tell(step);
  now = 300;
  teller.stir();
  expect(said).toEqual([step]);
  for (now of [500, 1000, 1500]) teller.stir();
  expect(said.map(({ secondsLeft }) => secondsLeft)).toEqual([0.7, expect.closeTo(0.2), 0, 0]);
  expect(said.at(-1)).toMatchObject({ state: 'denoising', step: 2, total: 8 });
});

test('a stage that a run went on with from its middle teaches nothing', () => {
  const clock = new StageClock();
  clock.timed(progressOf('denoising', { step: 5, total: 8 }));
  clock.timed(progressOf('denoising', { step: 6, total: 8 }));
  expect(clock.paceOf('denoising')).toBeUndefined();
});

test('runs are remembered in the file, the latest counting most', async () => {
  const runs = new PastRuns(join(folder, 'runs.json'));
  await runs.learn(new Map([['a', { first: 1, each: 10 }]]));
  await runs.learn(new Map([['a', { first: 1, each: 20 }]]));
  const known = await new PastRuns(join(folder, 'runs.json')).read();
  expect(known.get('a')).toEqual({ first: 1, each: 16 });
  expect(secondsAt({ first: 1, each: 16 }, 3)).toBe(33);
});

test('a file that is damaged is no memory, and is written anew; what is done rarely is forgotten', async () => {
  const path = join(folder, 'runs.json');
  await writeFile(path, '{"a": {"first": -1}}');
  const runs = new PastRuns(path);
  expect((await runs.read()).size).toBe(0);
  await runs.learn(new Map(Array.from({ length: 500 }, (_, i) => [`kind ${i}`, { first: 1, each: 1 }])));
  const kinds = Object.keys(JSON.parse(await readFile(path, 'utf8')));
  expect(kinds).toHaveLength(400);
  expect(kinds.at(-1)).toBe('kind 499');
});
