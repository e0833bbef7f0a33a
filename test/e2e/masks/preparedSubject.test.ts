import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSample, type SampleStudio } from '../sampleStudio.ts';
import { expectAccessible } from '../support.ts';

// A subject that the model would find hard to see is mended by one click; each test goes on where the last one left.
let sample: SampleStudio;
let page: Page;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-e2e-subject-'));
  const side = 160;
  const data = new Uint8Array(side * side * 4);
  let state = 7;
  for (let i = 0; i < side * side; i++) {
    const inside = Math.hypot((i % side) - 80, Math.floor(i / side) - 80) < 60;
    for (let channel = 0; channel < 3; channel++) {
      state = (state * 48_271) % 2_147_483_647;
      data[4 * i + channel] = Math.max(0, Math.min(255, 60 + (i % side) + (state / 2_147_483_647 - 0.5) * 110));
    }
    data[4 * i + 3] = inside ? 255 : 0;
  }
  await sharp(data, { raw: { width: side, height: side, channels: 4 } })
    .png()
    .toFile(join(folder, 'grainy.png'));
  sample = await openSample();
  ({ page } = sample);
});
afterAll(async () => {
  await sample?.close();
  await rm(folder, { recursive: true, force: true });
});

const advice = () => page.getByText(/^The subject is noisy \(\d+ of 255\)/);

it('says that a subject is noisy, before anything runs', async () => {
  await page.getByTestId('import-input').setInputFiles(join(folder, 'grainy.png'));
  await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('the ball jumps on the beach');
  await advice().waitFor();
  await expectAccessible(page, 'advice on a noisy subject');
});

it('mends what the model sees by one click, which one undo takes back', async () => {
  await page.getByRole('button', { name: 'Mend what the model sees' }).click();
  await advice().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await advice().waitFor();
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect.poll(() => advice().count()).toBe(0);
});
