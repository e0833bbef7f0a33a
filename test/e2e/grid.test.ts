import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { openSample, type SampleStudio } from './sampleStudio.ts';
import { askForFewSteps, expectAccessible, shownProject, until } from './support.ts';

// A grid of takes, from its two sides to a take of a cell; each test goes on where the last one left.
let sample: SampleStudio;
let studio: RunningStudio;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  sample = await openSample(60_000);
  ({ studio, page, complaints } = sample);
  await askForFewSteps(page);
});
afterAll(() => sample?.close());

const cells = (): Locator => page.getByRole('button', { name: /^Keep as take: / });
const state = (): Locator => page.getByTestId('grid-state');

/** Opens the grid's page by its key; the pointer of the keyboard must be nowhere. */
async function openGrid(): Promise<void> {
  await page.getByTestId('workbench').click({ position: { x: 640, y: 8 } });
  await page.keyboard.press('v');
  await page.getByRole('dialog', { name: 'Grid' }).waitFor();
}

describe('a grid of takes', { timeout: 300_000 }, () => {
  it('says what is wrong with its sides before anything is made', async () => {
    await openGrid();
    await page.getByLabel('Columns: values').fill('0, many');
    await page.getByText('“many” is no number.').waitFor();
    expect(await page.getByRole('button', { name: /^Make \d/ }).isDisabled()).toBe(true);
    await page.getByLabel('Columns: values').fill('0, 9');
    await page.getByText(/Image α 9 cannot be/).waitFor();
    await page.getByLabel('Columns: values').fill('0, 2');
    await page.getByLabel('Rows', { exact: true }).selectOption('hfa');
    await expectAccessible(page, 'a new grid');
  });

  it('is made cell by cell, which play while the rest is made, and is measured then', async () => {
    await page.getByRole('button', { name: 'Make 4 takes' }).click();
    await cells().first().waitFor({ timeout: 120_000 });
    expect(await cells().count()).toBeLessThanOrEqual(4);
    await until(async () => (await state().getAttribute('data-state')) === 'done', 200_000);
    expect(await cells().count()).toBe(4);
    const frame = cells().first().locator('span').first();
    const place = (): Promise<string | null> => frame.getAttribute('style');
    const before = await place();
    await until(async () => (await place()) !== before);
    await until(async () => (await page.getByText(/^S \d/).count()) === 4, 200_000);
    const grid = (await studio.services.grids.list(await shownProject(page, studio)))[0];
    expect(new Set(grid?.cells.map(({ framesSha256 }) => framesSha256)).size).toBe(4);
    await expectAccessible(page, 'a grid');
  });

  it('shows the cell that is pointed at large, and a click keeps it as one undoable step', async () => {
    await page.getByRole('button', { name: 'Keep as take: Image α 2, HFA off' }).hover();
    await page.getByTestId('grid-large').getByText('Image α 2, HFA off').waitFor();
    await page.getByRole('button', { name: 'Keep as take: Image α 2, HFA off' }).click();
    const project = await shownProject(page, studio);
    await until(async () => project.store.all('take').length === 1);
    const [take] = project.store.all('take');
    expect(take?.recipe.settings).toMatchObject({ alpha: { image: 2 }, hfa: { enabled: false } });
    const [grid] = await studio.services.grids.list(project);
    expect(take?.result.framesSha256).toBe(grid?.cells[3]?.framesSha256);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => project.store.all('take').length === 0);
  });

  it('goes out as a picture and as a table, and a reload finds it as it was', async () => {
    await openGrid();
    for (const [item, ending] of [
      ['Contact sheet as picture', '.png'],
      ['Table (CSV)', '.csv'],
    ] as const) {
      await page.getByRole('button', { name: 'Export', exact: true }).last().click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: item }).click(),
      ]);
      expect(download.suggestedFilename()).toContain(ending);
      const bytes = await readFile(await download.path());
      if (ending === '.csv') expect(bytes.toString('utf8').trim().split('\n')).toHaveLength(5);
      else expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    }
    await page.reload();
    await page.getByTestId('workbench').waitFor();
    await openGrid();
    expect(await cells().count()).toBe(4);
  });

  it('can be taken away', async () => {
    await page.getByRole('button', { name: 'Delete this grid' }).click();
    await page.getByRole('button', { name: /^Make \d/ }).waitFor();
    expect(await studio.services.grids.list(await shownProject(page, studio))).toEqual([]);
  });

  it('has a search for α beside it: the way is drawn, it can be stopped, and what it found is one undoable step', async () => {
    await page.getByRole('textbox', { name: 'Weight of Flicker' }).fill('0.5');
    await page.getByRole('button', { name: 'Find α', exact: true }).click();
    const plot = page.getByRole('img', { name: /^The way the search went/ });
    await plot.waitFor({ timeout: 120_000 });
    await until(async () => (await plot.locator('circle title').count()) >= 2, 120_000);
    await expectAccessible(page, 'a search for α');
    await page.getByRole('dialog', { name: 'Grid' }).getByRole('button', { name: 'Stop', exact: true }).click();
    await until(async () => (await page.getByTestId('alpha-state').getAttribute('data-state')) === 'canceled', 60_000);
    const best = (await studio.services.alpha.read(await shownProject(page, studio)))?.best;
    await page.getByRole('button', { name: 'Use these α' }).click();
    await page.getByText('The inspector holds these α.').waitFor();
    await page.keyboard.press('Escape');
    const shown = async (): Promise<number[]> =>
      Promise.all(
        ['Text α', 'Image α'].map(async (name) =>
          Number(await page.getByRole('textbox', { name, exact: true }).inputValue()),
        ),
      );
    expect(await shown()).toEqual([best?.text, best?.image]);
    if (best?.text !== 1 || best.image !== 1) await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await shown()).every((value) => value === 1));

    await openGrid();
    const looked = await plot.locator('circle title').count();
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await until(async () => (await plot.locator('circle title').count()) > looked, 120_000);
    await page.getByRole('dialog', { name: 'Grid' }).getByRole('button', { name: 'Stop', exact: true }).click();
    await until(async () => (await page.getByTestId('alpha-state').getAttribute('data-state')) === 'canceled', 60_000);
    expect(complaints).toEqual([]);
  });
});
