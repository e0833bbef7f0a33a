/**
 * `npm run chaos -- --minutes N [--kills N] [--seed S]`: a sitting over the real server under random kills, full disks, flipped bits and
 * other faults. Prints what was done and found; ends with 1 where anything was lost.
 */
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.ts';
import { isClean } from './campaignReport.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
});
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
process.exitCode = isClean(report) ? 0 : 1;
