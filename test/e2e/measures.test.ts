import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { writeTinyModel } from '../fixtures/models/tinyModel.ts';
import { askForFewSteps, expectAccessible, launchBrowser, launchStudio, openPage } from './support.ts';

// A take's figures, and the paper's table of a small model from the button to the page that is kept.
let browser: Browser;
let studio: RunningStudio;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const models = await mkdtemp(join(tmpdir(), 'magdiff-e2e-models-'));
  await writeTinyModel(join(models, 'tiny'));
  browser = await launchBrowser();
  ({ studio } = await launchStudio({ modelRoots: [models] }));
  ({ page, complaints } = await openPage(browser, studio.url));
  page.setDefaultTimeout(60_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await askForFewSteps(page);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

it('tells a take’s figures and who read them', async () => {
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('tab', { name: /^Takes\s*1$/ }).click({ timeout: 120_000 });
  await page.getByRole('button', { name: 'More: Take 1' }).click();
  await page.getByRole('menuitem', { name: 'Figures…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Figures of Take 1' });
  await dialog.getByText('Frame consistency').waitFor({ timeout: 120_000 });
  await dialog
    .getByText(/read by Tiny random model’s own image encoder/)
    .first()
    .waitFor();
  await dialog.getByText('Figures read by the model itself compare takes with each other, not with papers.').waitFor();
  await expectAccessible(page, 'figures');
  if (process.env.KEEP_SCREENS) await page.screenshot({ path: 'test-results/figures.png' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}, 300_000);

it('makes a report at a button, can be stopped and gone on with, shows it and gives it out as one file', async () => {
  await page.getByTestId('workbench').click({ position: { x: 640, y: 8 } });
  await page.keyboard.press('v');
  const section = page.getByRole('region', { name: 'Ablation report' });
  await section.scrollIntoViewIfNeeded();
  await section.getByRole('checkbox', { name: 'Balloon over hills.mp4' }).uncheck();
  await section.getByRole('checkbox', { name: 'Red balloon.png' }).uncheck();
  await section.getByText('Choose a subject.').waitFor();
  await section.getByRole('checkbox', { name: 'Red balloon.png' }).check();
  await section.getByLabel('Sentences, one a line').fill('it jumps on a beach');
  await section.getByText(/^about 21 takes/).waitFor();
  await expectAccessible(page, 'the form of a report');
  await section.getByRole('button', { name: 'Make the report' }).click();
  await section.getByText(/^[1-9]\d* of 21 takes$/).waitFor();
  await section.getByRole('button', { name: 'Stop' }).click();
  await section.getByRole('button', { name: 'Go on' }).click();
  await section.getByRole('button', { name: /^Open the report/ }).click({ timeout: 240_000 });
  const report = page.frameLocator('iframe[title="Ablation report"]');
  await report.getByRole('heading', { name: 'The three alignments' }).waitFor();
  expect(await report.locator('table').first().locator('tr').count()).toBe(1 + 7);
  const isPlaying = () =>
    report
      .locator('video')
      .first()
      .evaluate((video) => (video as unknown as { readyState: number }).readyState >= 2);
  for (let wait = 0; wait < 100 && !(await isPlaying()); wait++) await page.waitForTimeout(100);
  expect(await isPlaying()).toBe(true);
  if (process.env.KEEP_SCREENS) await page.screenshot({ path: 'test-results/ablation.png' });
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the page' }).click(),
  ]);
  expect(saved.suggestedFilename()).toMatch(/^Ablation of .+\.html$/);
  const html = await readFile(await saved.path(), 'utf8');
  expect(html.match(/<video src="data:video\/mp4;base64,/g)).toHaveLength(2 + 7);
  await page.getByRole('button', { name: 'Back' }).click();
  await section.getByRole('button', { name: /^Delete the report/ }).click();
  await section.getByTestId('ablation').waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
}, 400_000);
