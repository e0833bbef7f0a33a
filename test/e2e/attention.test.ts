import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSample, type SampleStudio } from './sampleStudio.ts';
import { askForFewSteps, expectAccessible, until } from './support.ts';

// Where the words of a take act, seen over it; each test goes on where the last one left.
let sample: SampleStudio;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  sample = await openSample(60_000);
  ({ page, complaints } = sample);
  await askForFewSteps(page);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('tab', { name: /Takes\s*1/ }).waitFor({ timeout: 120_000 });
});
afterAll(() => sample?.close());

/** What the viewer shows now. */
const stage = (): Promise<string> =>
  page.evaluate<string>("document.querySelector('[role=application] canvas').toDataURL()");

describe('attention over a take', { timeout: 240_000 }, () => {
  it('is read by one pass over the kept take, word by word', async () => {
    const plain = await stage();
    await page.getByRole('button', { name: 'Where words act' }).click();
    await page.getByTestId('attention-bar').waitFor({ timeout: 120_000 });
    const words = page.getByRole('button', { name: /^Where “/ });
    expect(await words.allTextContents()).toEqual(['it', 'floats', 'up', 'on', 'the', 'beach', 'at', 'sunset']);
    await until(async () => (await stage()) !== plain);
    await expectAccessible(page, 'attention');
  });

  it('shows the word that is pointed at, and keeps the one that was clicked', async () => {
    await page.mouse.move(5, 5);
    const kept = await stage();
    await page.getByRole('button', { name: 'Where “beach” acts' }).hover();
    await until(async () => (await stage()) !== kept);
    const beach = await stage();
    await page.getByRole('button', { name: 'Where “beach” acts' }).click();
    await page.mouse.move(5, 5);
    await until(async () => (await stage()) === beach);
    await page.getByRole('radio', { name: 'down' }).click();
    await until(async () => (await stage()) !== beach);
  });

  it('shows it for the word of the prompt that is pointed at, by pointer and by caret, and for what was understood', async () => {
    const kept = await stage();
    const bar = (word: string) => page.getByRole('button', { name: `Where “${word}” acts` });
    await bar('floats').hover();
    await until(async () => (await stage()) !== kept);
    const floats = await stage();
    await page.mouse.move(5, 5);
    await until(async () => (await stage()) === kept);

    const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
    const letters = page.locator('[data-word]', { hasText: 'floats' });
    const { x, y, width, height } = (await letters.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width / 2, y + height / 2);
    await until(async () => (await stage()) === floats);
    await page.mouse.move(5, 5);
    await until(async () => (await stage()) === kept);

    await prompt.focus();
    await prompt.press('Control+Home');
    await prompt.press('Control+ArrowRight');
    await prompt.press('ArrowRight');
    await until(async () => (await stage()) === floats);
    await expectAccessible(page, 'attention by caret');
    await prompt.blur();
    await until(async () => (await stage()) === kept);

    const place = page.getByRole('button', { name: 'Place: on the beach' });
    await place.focus();
    await until(async () => (await stage()) !== kept && (await stage()) !== floats);
    await place.blur();
    await until(async () => (await stage()) === kept);
  });

  it('is there at once when it is asked for again, and goes when it is switched off', async () => {
    await page.getByRole('button', { name: 'Where words act' }).click();
    await page.getByTestId('attention-bar').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByTestId('workbench').waitFor();
    const began = Date.now();
    await page.getByRole('button', { name: 'Where words act' }).click();
    await page.getByTestId('attention-bar').waitFor();
    expect(Date.now() - began).toBeLessThan(5000);
    expect(complaints).toEqual([]);
  });
});
