import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { expectAccessible, launchBrowser, launchStudio, openPage } from './support.ts';

let studio: RunningStudio;
let browser: Browser;
beforeAll(async () => {
  ({ studio } = await launchStudio());
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

test('About names what the studio carries, with the licence texts and the source offer', async () => {
  const { page, complaints } = await openPage(browser, studio.url, { width: 1024, height: 700 });
  await page.getByRole('button', { name: 'About MagDiff Studio' }).click();
  const dialog = page.getByRole('dialog', { name: 'About MagDiff Studio' });
  await dialog.getByText('github.com/lovell/sharp-libvips under the version that is listed').waitFor();
  await dialog.getByText(/^react [\d.]+ \(MIT\)/).click();
  await dialog.getByText('Permission is hereby granted').first().waitFor();
  await dialog.getByText(/^@img\/sharp-libvips/).click();
  await dialog.getByText('GNU LESSER GENERAL PUBLIC LICENSE').first().waitFor();
  await expectAccessible(page, 'about');
  expect(await dialog.getByRole('heading').allTextContents()).toContain('Source offer');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
  await page.context().close();
});
