import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { writeTinySet } from '../../fixtures/models/tinySet.ts';
import {
  askForFewSteps,
  expectAccessible,
  launchBrowser,
  launchStudio,
  openPage,
  shownProject,
  typeNumber,
} from '../support.ts';

// A LoRA of a set moves over the frames of a take; each test goes on where the last one left.
let browser: Browser;
let studio: RunningStudio;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'magdiff-e2e-loras-'));
  await writeTinySet(join(workspace, 'models', 'tiny set'));
  browser = await launchBrowser();
  ({ studio } = await launchStudio({ workspace }));
  ({ page, complaints } = await openPage(browser, studio.url));
  page.setDefaultTimeout(60_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.getByRole('button', { name: 'Sampling' }).click();
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

const keys = (): Locator => page.getByRole('button', { name: /^style, key at frame/ });
const slider = (): Locator => page.getByRole('textbox', { name: 'style', exact: true });
const prompt = (): Locator => page.getByRole('textbox', { name: 'Prompt', exact: true });

describe('a lane of a LoRA', { timeout: 240_000 }, () => {
  it('is offered with the model that has the LoRA, whose own strength it shows', async () => {
    expect(await slider().count()).toBe(0);
    await page.getByLabel('Model', { exact: true }).selectOption('Tiny');
    await slider().waitFor();
    expect(await slider().inputValue()).toBe('0.5');
    await typeNumber(slider(), 0.7);
    expect(await prompt().inputValue()).toMatch(/ <lora:style:0\.7>$/);
  });

  it('gets keys from the slider at the playhead, on the timeline, and is one undo each', async () => {
    await page.getByRole('button', { name: 'style: move over the frames' }).click();
    await page.getByRole('textbox', { name: 'Go to frame' }).fill('8');
    await page.getByRole('textbox', { name: 'Go to frame' }).press('Enter');
    await typeNumber(slider(), 1.5);
    const names = await keys().evaluateAll((found) => found.map((each) => each.getAttribute('aria-label')));
    expect(names).toEqual(['style, key at frame 1: 0.70', 'style, key at frame 8: 1.50']);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await keys().count()).toBe(1);
    await page.getByRole('button', { name: 'Redo' }).click();
    expect(await keys().count()).toBe(2);
    await expectAccessible(page, 'LoRA lanes');
  });

  it('goes into the take, whose words can be looked at too', async () => {
    await askForFewSteps(page);
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await page.getByRole('tab', { name: /Takes\s*1/ }).waitFor({ timeout: 120_000 });
    const [take] = (await shownProject(page, studio)).store.all('take');
    expect(take?.recipe.settings.overTime.loras).toEqual([
      {
        lora: 'style',
        keys: [
          { frame: 0, value: 0.7, curve: 'linear' },
          { frame: 7, value: 1.5, curve: 'linear' },
        ],
      },
    ]);
    await page.getByRole('button', { name: 'Where words act' }).click();
    await page.getByTestId('attention-bar').waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Where “beach” acts' }).waitFor();
    expect(await page.locator('[data-word]').count()).toBe(8);
  });

  it('goes with the model, and comes back with it by undo', async () => {
    await page.getByLabel('Model', { exact: true }).selectOption('MagDiff Small');
    await keys().first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await keys().first().waitFor();
    // Takes of so small a model are made before the last preview is fetched.
    expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
  });
});
