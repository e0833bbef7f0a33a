import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Locator, Page } from 'playwright';
import { expect } from 'vitest';

export { launchBrowser } from '../../build/bench/launchBrowser.ts';

import { buildRenderer } from '../../build/buildRenderer.ts';
import { type RunningStudio, type StudioOptions, startStudio } from '../../electron/server/startStudio.ts';
import type { OpenProject } from '../../electron/services/projects/openProject.ts';

/** A studio with the real engine and media over a fresh workspace. */
export async function launchStudio(
  options: Pick<
    StudioOptions,
    'workspace' | 'modelRoots' | 'home' | 'fetching' | 'clicks' | 'keepsAddress' | 'queue' | 'cacheFolder'
  > = {},
): Promise<{ studio: RunningStudio; workspace: string }> {
  await buildRenderer();
  const workspace = options.workspace ?? (await mkdtemp(join(tmpdir(), 'magdiff-e2e-')));
  const studio = await startStudio({
    home: await mkdtemp(join(tmpdir(), 'magdiff-e2e-home-')),
    cacheFolder: join(tmpdir(), 'magdiff-e2e-cache'),
    ...options,
    workspace,
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

/** The id of the project that a page shows. */
export function shownProjectId(page: Page): string {
  return new URLSearchParams(new URL(page.url()).hash.slice(1)).get('project') ?? '';
}

/** The project that a page shows, as its studio holds it. */
export function shownProject(page: Page, studio: RunningStudio): Promise<OpenProject> {
  return studio.services.library.opened(shownProjectId(page));
}

/** Nothing that axe finds wrong is on the page. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(
      (violation) => `${where}: ${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
    ),
  ).toEqual([]);
}

/** Waits until the condition holds. */
export async function until(condition: () => Promise<boolean>, limitMilliseconds = 10_000): Promise<void> {
  const end = Date.now() + limitMilliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('The condition did not come to hold in time.');
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Types a number into a field and takes it. */
export async function typeNumber(field: Locator, value: number): Promise<void> {
  await field.fill(String(value));
  await field.press('Enter');
}

/** Opens the inspector's sampling group and asks for few steps, so that the sitting stays short. */
export async function askForFewSteps(page: Page): Promise<void> {
  const steps = page.getByRole('textbox', { name: 'Steps', exact: true });
  // The sample may still be drawn when this is asked, on a busy machine for long.
  await page.getByTestId('run-bar').waitFor({ timeout: 90_000 });
  if (!(await steps.isVisible())) await page.getByRole('button', { name: 'Sampling' }).click();
  await typeNumber(steps, 2);
}

/** Where the viewer’s stage is on the page. */
export async function stageBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.getByRole('application', { name: 'Viewer' }).boundingBox();
  if (!box) throw new Error('The stage is not shown.');
  return box;
}

/** Presses the mouse at a place of the page and lets it go at another. */
export async function drag(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 6 });
  await page.mouse.up();
}
