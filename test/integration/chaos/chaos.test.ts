import { expect, test } from 'vitest';
import { runCampaign } from '../../../build/chaos/campaign.ts';
import { isClean } from '../../../build/chaos/campaignReport.ts';

test('a minute of kills, full disks and flipped bits loses nothing', { timeout: 240_000 }, async () => {
  const report = await runCampaign({ minutes: 1, kills: 1000, seed: Date.now() % 1_000_000 });
  expect(isClean(report), JSON.stringify(report)).toBe(true);
  expect(report.kills).toBeGreaterThan(2);
  expect(report.acknowledged).toBeGreaterThan(20);
});
