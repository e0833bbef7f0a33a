/**
 * `npm run chaos -- --minutes N [--kills N] [--seed S]`: a sitting over the real server under random kills, full disks, flipped bits and
 * other faults. Prints what was done and found; ends with 1 where anything was lost.
 * `npm run chaos -- --jobs N`: as many short takes in one engine; ends with 1 where its memory grew by over 5 % after the tenth.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { isClean } from './campaignReport.ts';
import { runManyJobs } from './manyJobs.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string' },
  },
});
process.exitCode = values.jobs === undefined ? await sittings() : await manyJobs(Number(values.jobs));

async function manyJobs(count: number): Promise<number> {
  const model = resolve(import.meta.dirname, '../../models/bundled/magdiff-small');
  const report = await runManyJobs(model, count, (done, memoryMiB) => {
    if (done % 10 === 0) process.stderr.write(`${done} jobs: ${memoryMiB} MiB\n`);
  });
  const isFlat = report.growth <= 1.05 && report.failed === 0 && report.engines === 1;
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n${isFlat ? 'Memory is flat.' : 'Memory grew.'}\n`);
  return isFlat ? 0 : 1;
}

async function sittings(): Promise<number> {
  const report = await runCampaign({
    minutes: Number(values.minutes ?? (values.kills === undefined ? 5 : 1e6)),
    kills: Number(values.kills ?? 1e9),
    seed: Number(values.seed ?? Date.now() % 1_000_000),
    onRound: ({ kills, acknowledged, lost, torn, seconds }) => {
      if (kills % 20 === 0)
        process.stderr.write(
          `${seconds} s: ${kills} kills, ${acknowledged} gestures acknowledged, ${lost} lost, ${torn} torn\n`,
        );
    },
  });
  process.stdout.write(
    `${JSON.stringify(report, undefined, 2)}\n${isClean(report) ? 'Nothing was lost.' : 'Something was lost.'}\n`,
  );
  return isClean(report) ? 0 : 1;
}
