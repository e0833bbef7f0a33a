/**
 * `npm run fuzz -- --minutes N [--seed S]`: gives every reader of strangers' files mutated inputs, from a corpus that grows in `out/fuzz`.
 * Prints what each was given and how it took it; ends with 1 where one crashed, took more than two seconds or more than
 * 500 MiB.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomFrom } from '../seededRandom.ts';
import { isClean, runFuzz } from './runFuzz.ts';

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
const inputs = Object.values(reports).reduce((sum, report) => sum + report.inputs, 0);
const clean = isClean(reports);
process.stdout.write(`${JSON.stringify({ seed, inputs, reports }, undefined, 2)}\n`);
process.stdout.write(
  clean
    ? 'No reader crashed, took long or took much memory.\n'
    : 'A reader crashed, took long or took much memory; what crashed it is in out/fuzz.\n',
);
process.exitCode = clean ? 0 : 1;
