import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { allFrames } from '../fixtures/mediaFiles.ts';
import { launchBrowser, launchStudio, openPage, shownProject, stageBox, typeNumber } from './support.ts';

// The sample’s picture and clip with a gap between them: what the viewer shows as arranged is what the exported file holds.
let browser: Browser;
let studio: RunningStudio;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  ({ studio } = await launchStudio());
  ({ page } = await openPage(browser, studio.url));
  page.setDefaultTimeout(20_000);
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.getByTestId('timeline').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

/** Side in pixels of the square in the stage's middle that is compared. */
const compared = 120;

/** Mean luma of the middle of the stage, where the picture is. */
async function shownLuma(): Promise<number> {
  const { width, height } = await stageBox(page);
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('[aria-label=Viewer] canvas');
    const ratio = canvas.width / canvas.clientWidth;
    const [x, y] = [(${width} - ${compared}) / 2 * ratio, (${height} - ${compared}) / 2 * ratio];
    const { data } = canvas.getContext('2d').getImageData(x, y, ${compared} * ratio, ${compared} * ratio);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
    return sum / (data.length / 4);
  })()`);
}

it('shows the timeline as the exported file has it, gaps black', { timeout: 120_000 }, async () => {
  const opened = await shownProject(page, studio);
  const [, clip] = opened.store.all('item');
  if (!clip) throw new Error('The sample has no clip on its timeline.');
  const gap = clip.startFrame;
  await opened.applyOwn({ added: [], removed: [], updated: [[clip, { ...clip, startFrame: gap + 3 }]] });
  await page.reload();
  await page.getByTestId('timeline').waitFor();
  await page.getByRole('button', { name: 'The timeline as it is arranged' }).click();
  const end = gap + 3 + clip.lengthFrames;
  const size = 512;
  const jobId = studio.services.exports.start(opened, null, {
    ...{ format: 'png-sequence', quality: 'good', inFrame: 0, outFrame: end, width: size, height: size },
    ...{ sound: false, alpha: false, fileName: 'timeline' },
  });
  const file = await expect
    .poll(() => studio.services.jobs.list(opened.id).find(({ id }) => id === jobId)?.file?.path, { timeout: 60_000 })
    .toBeTruthy()
    .then(() => studio.services.jobs.list(opened.id).find(({ id }) => id === jobId)?.file?.path ?? '');
  const scale = Math.min(
    ...Object.values(await stageBox(page))
      .slice(2)
      .map((side) => (side - 56) / size),
  );
  const side = Math.round(compared / scale);
  for (const frame of [0, gap - 1, gap, gap + 2, gap + 3, gap + 10]) {
    await typeNumber(page.getByRole('textbox', { name: 'Go to frame' }), frame + 1);
    const [picture] = await allFrames(`${file}/${String(frame).padStart(5, '0')}.png`);
    let sum = 0;
    const from = Math.round((size - side) / 2);
    for (let y = from; y < from + side; y++)
      for (let x = from; x < from + side; x++) {
        const at = (y * size + x) * 4;
        const [red = 0, green = 0, blue = 0] = picture?.data.subarray(at, at + 3) ?? [];
        sum += 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      }
    const wanted = sum / side ** 2;
    await expect
      .poll(async () => Math.abs((await shownLuma()) - wanted), { message: `frame ${frame}`, timeout: 10_000 })
      .toBeLessThanOrEqual(2);
  }
});
