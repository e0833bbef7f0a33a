import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { buildRenderer } from '../../build/buildRenderer.ts';
import { startLocalStudio } from '../../electron/server/localStudio.ts';
import type { RunningStudio } from '../../electron/server/startStudio.ts';

/** Chromium's program: CHROMIUM_PATH, one on PATH, or Playwright's own. */
function chromiumPath(): string {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'])
    for (const folder of (process.env.PATH ?? '').split(delimiter))
      if (folder && existsSync(join(folder, name))) return join(folder, name);
  return chromium.executablePath();
}

/** A real Chromium without a window. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** A studio with the real engine and media over a fresh workspace. */
export async function launchStudio(
  options: { workspace?: string; modelRoots?: readonly string[] } = {},
): Promise<{ studio: RunningStudio; workspace: string }> {
  await buildRenderer();
  const workspace = options.workspace ?? (await mkdtemp(join(tmpdir(), 'magdiff-e2e-')));
  const studio = await startLocalStudio({
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
