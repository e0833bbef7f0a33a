import { expect, test } from 'vitest';
import { isClean, runFuzz } from '../../../../build/fuzz/runFuzz.ts';
import { randomFrom } from '../../../../build/seededRandom.ts';

test('every reader of strangers’ bytes takes what is honest and refuses the rest', { timeout: 120_000 }, async () => {
  const reports = await runFuzz({ minutes: 1.5, inputs: 400, random: randomFrom(Date.now()) });
  expect(isClean(reports)).toBe(true);
  const [[name, report] = ['', undefined]] = Object.entries(reports);
  expect(report && isClean({ [name]: { ...report, peakMemoryMiB: 501 } })).toBe(false);
  for (const [name, report] of Object.entries(reports)) {
    expect([name, report.crashes, report.slow]).toEqual([name, [], 0]);
    expect([name, report.taken > 0, report.outcomes > 1]).toEqual([name, true, true]);
  }
});
