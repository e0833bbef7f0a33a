import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClickWork } from '../../../electron/engine/clicks/clickProtocol.ts';
import { encodePng } from '../../../electron/media/readPicture.ts';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { drawSampleFrame } from '../../../electron/services/projects/sampleMaterial.ts';
import { writeFollowerFile } from '../../fixtures/followerFile.ts';
import { drag, expectAccessible, launchBrowser, launchStudio, openPage, stageBox, until } from '../support.ts';

// Clicks with a model that stands in for SAM 2.1: it selects as many rows of the picture as there are clicks.
let browser: Browser;
let studio: RunningStudio;
let page: Page;
let models: string;
const works: ClickWork[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  models = await mkdtemp(join(tmpdir(), 'magdiff-e2e-models-'));
  const clicks = {
    work: async (work: ClickWork) => {
      works.push(work);
      if (!work.prompt) return null;
      return { width: 512, height: 512, runs: [0, 512 * 40 * (work.prompt.points.length + 1)] };
    },
    close: () => undefined,
  };
  const modelRoots = [resolve(import.meta.dirname, '../../../models/bundled'), models];
  ({ studio } = await launchStudio({ modelRoots, clicks }));
  ({ page } = await openPage(browser, studio.url));
  page.setDefaultTimeout(30_000);
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

const regions = async (): Promise<unknown[]> => {
  const id = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('project') ?? '';
  const { store } = await studio.services.library.opened(id);
  return store
    .all('stroke')
    .map(({ operation }) =>
      operation.kind === 'region' ? [operation.mode, operation.prompt?.points.map(({ adds }) => adds)] : operation.kind,
    );
};
const untilRegions = (wanted: unknown[]) =>
  until(async () => JSON.stringify(await regions()) === JSON.stringify(wanted));

describe('the smart tool', { timeout: 120_000 }, () => {
  it('says what would do better while there is no model, and takes one up that is put there', async () => {
    await page.getByRole('textbox', { name: 'Name of the new project' }).fill('Clicks');
    await page.getByRole('button', { name: 'Create' }).click();
    const picture = join(await mkdtemp(join(tmpdir(), 'magdiff-e2e-')), 'picture.png');
    await writeFile(picture, await encodePng({ ...drawSampleFrame(0) }));
    await page.getByTestId('import-input').setInputFiles(picture);
    await page.getByRole('button', { name: /picture\.png/ }).waitFor();
    await page.getByTestId('frame-coming').waitFor({ state: 'detached' });
    await page.keyboard.press('w');
    await page.getByText(/SAM 2\.1 does better.*156 MB, Apache-2\.0/).waitFor();
    await writeFollowerFile(join(models, 'sam2.1_hiera_tiny.safetensors'));
    await page.keyboard.press('b');
    await page.keyboard.press('w');
    await page.getByText(/^Click the subject/).waitFor();
    await expect.poll(() => works).toMatchObject([{ prompt: null, frame: { media: 'picture' } }]);
    await expectAccessible(page, 'the smart tool');
  });

  it('selects at a click, goes on with the next, takes away with Alt, and undoes them one by one', async () => {
    const box = await stageBox(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.click(x, y);
    await untilRegions([['paint', [true]]]);
    await page.mouse.click(x + 20, y + 20);
    await untilRegions([['paint', [true, true]]]);
    await page.keyboard.down('Alt');
    await page.mouse.click(x - 40, y);
    await page.keyboard.up('Alt');
    await untilRegions([['paint', [true, true, false]]]);
    for (const left of [[true, true], [true]]) {
      await page.keyboard.press('Control+z');
      await untilRegions([['paint', left]]);
    }
    await page.keyboard.press('Control+z');
    await untilRegions([]);
  });

  it('selects in a box that is drawn, and the brush corrects', async () => {
    const box = await stageBox(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await drag(page, [x - 60, y - 60], [x + 60, y + 60]);
    await untilRegions([['paint', []]]);
    expect(works.at(-1)?.prompt?.box?.every(Number.isFinite)).toBe(true);
    await page.keyboard.press('e');
    await drag(page, [x - 60, y - 60], [x, y]);
    await untilRegions([['paint', []], 'stroke']);
  });
});
