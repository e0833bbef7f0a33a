import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { askForFewSteps, launchBrowser, launchStudio, openPage, shownProject, typeNumber, until } from '../support.ts';

// Live previews on a machine that is known to be slow; each test goes on where the last one left.
let browser: Browser;
let studio: RunningStudio;
let page: Page;
let complaints: string[];
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'magdiff-e2e-slow-'));
  await mkdir(join(home, 'cache'));
  browser = await launchBrowser();
  ({ studio } = await launchStudio({ home, cacheFolder: join(home, 'cache') }));
  ({ page, complaints } = await openPage(browser, studio.url));
  page.setDefaultTimeout(60_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await askForFewSteps(page);
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

const shownLive = () => page.locator('[data-testid=live-badge][data-state=done]').waitFor({ timeout: 180_000 });

describe('a live preview', { timeout: 240_000 }, () => {
  it('is drawn as the take will be where that comes soon', async () => {
    await page.getByRole('switch', { name: 'Live' }).click();
    await shownLive();
    expect(await page.getByTestId('live-badge').textContent()).toBe('Live');
    await page.getByRole('button', { name: 'Keep as take' }).waitFor();
  });

  it('is drawn smaller and shorter where a step takes long, and says so', async () => {
    const past = join(home, 'runs.json');
    await until(async () =>
      Object.keys(JSON.parse(await readFile(past, 'utf8'))).some((kind) => kind.endsWith('rate')),
    );
    const kinds = Object.keys(JSON.parse(await readFile(past, 'utf8')));
    const rate = kinds.find((kind) => kind.endsWith(' rate')) ?? '';
    await writeFile(past, JSON.stringify({ [rate]: { first: 0, each: 1e6 } }));
    await typeNumber(page.getByRole('textbox', { name: 'Image α' }), 1.2);
    await page.getByText('4 frames at 32×32, to come soon').waitFor({ timeout: 180_000 });
    await shownLive();
  });

  it('is made whole as a take', async () => {
    await page.getByRole('button', { name: 'Make it whole' }).click();
    const project = await shownProject(page, studio);
    await until(async () => project.store.all('take').length === 1, 180_000);
    expect(project.store.all('take')[0]).toMatchObject({ result: { frameCount: 8, width: 512 } });
    expect(complaints).toEqual([]);
  });
});
