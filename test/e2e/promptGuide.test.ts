import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSample, type SampleStudio } from './sampleStudio.ts';
import { expectAccessible } from './support.ts';

// A sentence beyond the model's world is helped along; each test goes on where the last one left.
let sample: SampleStudio;
let page: Page;

beforeAll(async () => {
  sample = await openSample();
  ({ page } = sample);
});
afterAll(() => sample?.close());

const prompt = (): Locator => page.getByRole('textbox', { name: 'Prompt', exact: true });

it('says what it understood and offers the nearest it can do for the rest', async () => {
  await prompt().fill('the balloon dances in front of a volcano');
  await page.getByText('The model does not know “dances”. The nearest it can do:').waitFor();
  await page.getByRole('button', { name: 'Place: in the mountains' }).waitFor();
  await page.getByRole('button', { name: 'Light: any' }).waitFor();
  await expectAccessible(page, 'prompt guide');
  await page.getByRole('button', { name: '“swings”' }).click();
  await expect.poll(() => prompt().inputValue()).toBe('the balloon swings in front of a volcano');
});

it('writes a part that is chosen into the sentence, one undo each', async () => {
  await page.getByRole('button', { name: /^Place:/ }).click();
  await page.getByRole('menuitem', { name: 'in space' }).click();
  await expect.poll(() => prompt().inputValue()).toBe('the balloon swings in space');
  await page.getByRole('button', { name: 'Light: any' }).click();
  await page.getByRole('menuitem', { name: 'at night' }).click();
  await expect.poll(() => prompt().inputValue()).toBe('the balloon swings in space at night');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => prompt().inputValue()).toBe('the balloon swings in space');
});
