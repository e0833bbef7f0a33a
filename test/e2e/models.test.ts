import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { writeReleasedModel } from '../fixtures/models/releasedModel.ts';
import { writeTinyModel } from '../fixtures/models/tinyModel.ts';
import { launchBrowser, launchStudio, openPage, shownProject } from './support.ts';

let browser: Browser;
let studio: RunningStudio;
let page: Page;

// The user's own models: one in our form, and one in the release's form whose networks are too small to be the release's.
beforeAll(async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'magdiff-e2e-models-'));
  await writeTinyModel(join(workspace, 'models', 'tiny'));
  await writeReleasedModel(join(workspace, 'models', 'tiny'), join(workspace, 'models', 'release'));
  browser = await launchBrowser();
  ({ studio } = await launchStudio({ workspace }));
  ({ page } = await openPage(browser, studio.url));
  page.setDefaultTimeout(20_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.getByRole('button', { name: 'Sampling' }).click();
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

const model = (): Locator => page.getByLabel('Model', { exact: true });
const weights = (): Locator => page.getByRole('radio', { name: 'Fast' });
const needs = (): Locator => page.getByTestId('run-bar').getByRole('status').last();

it('takes the settings along to a model without few-step weights, says what is wrong with it, and comes back', async () => {
  expect(await model().locator('option').allInnerTexts()).toEqual([
    'MagDiff Small',
    'MagDiff on Stable Diffusion 2.1',
    'Tiny random model',
    'More models…',
  ]);
  const ownPixels = page.getByRole('switch', { name: 'The subject’s own pixels' });
  await ownPixels.waitFor();
  await model().selectOption('Tiny random model');
  await weights().click();
  await needs()
    .getByText(/^about .* of memory/)
    .waitFor();
  await model().selectOption('MagDiff on Stable Diffusion 2.1');
  await weights().waitFor({ state: 'detached' });
  // Only a model that plans motion knows where the subject's own pixels belong.
  await ownPixels.waitFor({ state: 'detached' });
  expect(await page.getByRole('textbox', { name: 'Steps' }).inputValue()).toBe('50');
  await needs()
    .getByText(/proj_in\.weight is 16×16 and should be 1024×1280/)
    .waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await weights().waitFor();
  expect(await weights().getAttribute('aria-checked')).toBe('true');
  await needs()
    .getByText(/^about .* of memory/)
    .waitFor();
});

it('makes a take with a model of the user', async () => {
  await model().selectOption('Tiny random model');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('tab', { name: /Takes\s*1/ }).waitFor({ timeout: 120_000 });
  const [take] = (await shownProject(page, studio)).store.all('take');
  expect(take).toMatchObject({ recipe: { model: { id: 'tiny' } }, result: { width: 512, height: 512 } });
});
