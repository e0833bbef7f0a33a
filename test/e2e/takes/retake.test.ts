import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TakeRecord } from '../../../electron/contract/records.ts';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { framePathsOf } from '../../../electron/services/projects/takeFrames.ts';
import { openSample, type SampleStudio } from '../sampleStudio.ts';
import { askForFewSteps, drag, expectAccessible, shownProject, stageBox } from '../support.ts';

// Takes made anew in part; each test goes on where the last one left.
let sample: SampleStudio;
let studio: RunningStudio;
let page: Page;
let complaints: string[];
const runLimit = 240_000;

beforeAll(async () => {
  sample = await openSample();
  ({ studio, page, complaints } = sample);
});
afterAll(() => sample?.close());

const takes = async (): Promise<TakeRecord[]> => (await shownProject(page, studio)).store.all('take');

/** Which frames of two takes differ. */
async function differing(one: TakeRecord, other: TakeRecord): Promise<number[]> {
  const { assets } = (await shownProject(page, studio)).store;
  const [before, after] = await Promise.all(
    [one, other].map((take) => framePathsOf(assets, take.result.framesAssetId, take.name)),
  );
  return before.flatMap((path, index) => (path === after[index] ? [] : [index]));
}

async function choose(command: string): Promise<void> {
  await page.getByRole('tab', { name: /Takes/ }).click();
  await page.getByRole('button', { name: 'More: Take 1' }).click();
  await page.getByRole('menuitem', { name: command }).click();
}

describe('a take in part', { timeout: runLimit }, () => {
  it('is there first', async () => {
    await askForFewSteps(page);
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await expect.poll(async () => (await takes()).length, { timeout: runLimit }).toBe(1);
  });

  it('is made anew in a range of frames; all others are the same', async () => {
    await choose('Retake frames in–out…');
    await expectAccessible(page, 'retake');
    await page.getByText('Choose fewer frames').waitFor();
    await page.getByRole('textbox', { name: 'First frame' }).fill('3');
    await page.getByRole('textbox', { name: 'Last frame' }).fill('5');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Retake', exact: true }).click();
    await expect.poll(async () => (await takes()).length, { timeout: runLimit }).toBe(2);
    const [first, second] = await takes();
    expect(second?.recipe.retake).toMatchObject({ takeId: first?.id, firstFrame: 2, endFrame: 5, regionAssetId: null });
    expect(first && second && (await differing(first, second))).toEqual([2, 3, 4]);
  });

  it('is made anew where a mask is painted', async () => {
    await page.getByRole('tab', { name: 'Media' }).click();
    await page.getByRole('button', { name: 'New mask' }).click();
    const strokes = async () => (await shownProject(page, studio)).store.all('stroke').length;
    const before = await strokes();
    const box = await stageBox(page);
    await page.keyboard.press('b');
    await drag(
      page,
      [box.x + box.width * 0.35, box.y + box.height * 0.3],
      [box.x + box.width * 0.4, box.y + box.height * 0.34],
    );
    await expect.poll(strokes).toBe(before + 1);
    await choose('Retake the painted region…');
    await expectAccessible(page, 'retake of a region');
    await page.getByRole('button', { name: 'Retake', exact: true }).click();
    await expect.poll(async () => (await takes()).length, { timeout: runLimit }).toBe(3);
    const third = (await takes()).at(-1);
    expect(third?.recipe.retake?.regionAssetId).toMatch(/^[0-9a-f]{64}$/);
    expect(complaints).toEqual([]);
  });
});
