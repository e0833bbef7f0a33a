import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';

export { launchBrowser } from '../../build/bench/launchBrowser.ts';

import { buildRenderer } from '../../build/buildRenderer.ts';
import { type RunningStudio, startStudio } from '../../electron/server/startStudio.ts';

/** A studio with the real engine and media over a fresh workspace. */
export async function launchStudio(
  options: { workspace?: string; modelRoots?: readonly string[] } = {},
): Promise<{ studio: RunningStudio; workspace: string }> {
  await buildRenderer();
  const workspace = options.workspace ?? (await mkdtemp(join(tmpdir(), 'magdiff-e2e-')));
  const studio = await startStudio({
    workspace,
    modelRoots: options.modelRoots,
    cacheFolder: join(tmpdir(), 'magdiff-e2e-cache'),
  });
  return { studio, workspace };
}

/** A page on the studio; everything the console complains of is collected. */
export async function openPage(
  browser: Browser,
  url: string,
  size = { width: 1280, height: 800 },
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}
