/**
 * `npm run fuzz -- --minutes N [--seed S]`: gives every reader of strangers' files mutated inputs, from a corpus that grows in `out/fuzz`.
 * Prints what each was given and how it took it; ends with 1 where one crashed or took more than two seconds.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomFrom } from '../seededRandom.ts';
import { runFuzz } from './runFuzz.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, inputs: { type: 'string' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const reports = await runFuzz({
  minutes: Number(values.minutes ?? 5),
  inputs: Number(values.inputs ?? 1e9),
  corpusFolder: join(resolve(import.meta.dirname, '../..'), 'out', 'fuzz'),
  random: randomFrom(seed),
});
const all = Object.values(reports);
const inputs = all.reduce((sum, report) => sum + report.inputs, 0);
const isClean = all.every((report) => report.crashes.length === 0 && report.slow === 0);
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ seed, inputs, peakMemoryMiB: peak, reports }, undefined, 2)}\n`);
process.stdout.write(
  isClean ? 'No reader crashed or took long.\n' : 'A reader crashed or took long; its input is in out/fuzz.\n',
);
process.exitCode = isClean ? 0 : 1;
