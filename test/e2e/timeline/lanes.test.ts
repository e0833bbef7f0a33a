import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { openSample, type SampleStudio } from '../sampleStudio.ts';
import { askForFewSteps, expectAccessible, shownProject, typeNumber } from '../support.ts';

// α moves over the frames of a take; each test goes on where the last one left.
let sample: SampleStudio;
let studio: RunningStudio;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  sample = await openSample();
  ({ studio, page, complaints } = sample);
});
afterAll(() => sample?.close());

const keys = (): Locator => page.getByRole('button', { name: /^Image α, key at frame/ });
const keyNames = (): Promise<string[]> =>
  keys().evaluateAll((found) =>
    found.map((each) => each.getAttribute('aria-label')?.replace('Image α, key at ', '') ?? ''),
  );
const slider = (): Locator => page.getByRole('textbox', { name: 'Image α', exact: true });

describe('a lane of image α', { timeout: 180_000 }, () => {
  it('begins at the playhead with the slider’s number', async () => {
    await typeNumber(slider(), 0.5);
    await page.getByRole('button', { name: 'Image α: move over the frames' }).click();
    expect(await keyNames()).toEqual(['frame 1: 0.50']);
  });

  it('gets keys where it is pressed and from the slider at the playhead', async () => {
    const box = await keys().first().boundingBox();
    if (!box) throw new Error('The lane is not shown.');
    await page.mouse.click(box.x + 100, box.y - 12);
    expect(await keys().count()).toBe(2);
    await page.getByRole('textbox', { name: 'Go to frame' }).fill('8');
    await page.getByRole('textbox', { name: 'Go to frame' }).press('Enter');
    await typeNumber(slider(), 0.25);
    expect((await keyNames()).at(-1)).toBe('frame 8: 0.25');
    await expectAccessible(page, 'lanes');
  });

  it('is moved by the keyboard and typed, and every change is one undo', async () => {
    const before = await keyNames();
    await keys().first().focus();
    await page.keyboard.press('ArrowUp');
    expect((await keyNames())[0]).toBe('frame 1: 0.51');
    await page.getByRole('button', { name: 'Image α: the key in numbers' }).click();
    await typeNumber(page.getByRole('textbox', { name: 'Value', exact: true }), 1.5);
    await page.getByLabel('Then', { exact: true }).selectOption('hold');
    await page.keyboard.press('Escape');
    expect((await keyNames())[0]).toBe('frame 1: 1.50');
    for (let step = 0; step < 3; step++) await page.getByRole('button', { name: 'Undo' }).click();
    expect(await keyNames()).toEqual(before);
    await page.getByRole('button', { name: 'Redo' }).click();
    expect((await keyNames())[0]).toBe('frame 1: 0.51');
  });

  it('goes into the take’s recipe, with a curve over the steps', async () => {
    await askForFewSteps(page);
    await page.getByRole('button', { name: 'Over the steps' }).click();
    await page.getByRole('switch', { name: 'Text α', exact: true }).click();
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await page.getByRole('tab', { name: /Takes\s*1/ }).waitFor({ timeout: 120_000 });
    const [take] = (await shownProject(page, studio)).store.all('take');
    expect(take?.recipe.settings.overTime).toMatchObject({
      frames: { textAlpha: [], hfaStrength: [] },
      steps: { textAlpha: { start: 1, end: 0.5, ease: 'linear' } },
    });
    expect(take?.recipe.settings.overTime.frames.imageAlpha).toHaveLength(3);
    expect(complaints).toEqual([]);
  });
});
