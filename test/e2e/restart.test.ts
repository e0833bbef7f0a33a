import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { launchBrowser, launchStudio, openPage, shownProject, until } from './support.ts';

// The studio ends and is started again with the same workspace: the page finds it, and nothing that was done meanwhile is lost.
let browser: Browser;
let studio: RunningStudio;
let workspace: string;
let page: Page;

const start = async (): Promise<void> => {
  ({ studio } = await launchStudio({ workspace, keepsAddress: true }));
};

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'magdiff-restart-'));
  browser = await launchBrowser();
  await start();
  ({ page } = await openPage(browser, studio.url));
  page.setDefaultTimeout(20_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.getByTestId('timeline').waitFor({ timeout: 90_000 });
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
  await rm(workspace, { recursive: true, force: true });
});

const markers = async (): Promise<number> => (await shownProject(page, studio)).store.all('marker').length;
const saved = (): Promise<void> => page.locator('[data-testid=save-state]', { hasText: /^Saved$/ }).waitFor();

it('goes on where it was when the studio runs again', async () => {
  const { url } = studio;
  await studio.close();
  await page.getByRole('button', { name: 'Add marker', exact: true }).click();
  await page.getByRole('alert').getByText('The studio does not answer').waitFor();
  await start();
  expect(studio.url).toBe(url);
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await saved();
  await until(async () => (await markers()) === 1);
  await page.getByRole('button', { name: /^Undo add marker/ }).click();
  await until(async () => (await markers()) === 0);
});

it('keeps what was not sent through a reload', async () => {
  await studio.close();
  await page.getByRole('button', { name: 'Add marker', exact: true }).click();
  await page.locator('[data-testid=save-state]', { hasText: 'Studio not reachable' }).waitFor();
  await page.waitForTimeout(500);
  await page.goto('about:blank');
  await start();
  await page.goto(studio.url.replace(/\?.*/, ''));
  await page
    .getByRole('button', { name: /^Sample/ })
    .first()
    .click();
  await page.getByText('Changes that had not reached the studio').waitFor();
  await saved();
  await until(async () => (await markers()) === 1);
});
