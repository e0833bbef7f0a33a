import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeVideo } from '../../electron/media/encodeVideo.ts';
import { encodePng } from '../../electron/media/readPicture.ts';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { drawSampleFrame } from '../../electron/services/projects/sampleMaterial.ts';
import { launchBrowser, launchStudio, openPage, shownProject, until } from './support.ts';

let browser: Browser;
let studio: RunningStudio;
let workspace: string;
let page: Page;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-e2e-media-'));
  await writeFile(join(folder, 'still.png'), await encodePng(drawSampleFrame(0)));
  await writeFile(join(folder, 'note.txt'), 'no picture');
  await encodeVideo({
    frames: countedFrames(),
    frameCount: 80,
    width: 64,
    height: 48,
    frameRate: 20,
    format: 'mp4-h264',
    quality: 'best',
    out: join(folder, 'counted.mp4'),
  });
  browser = await launchBrowser();
  ({ studio, workspace } = await launchStudio());
  ({ page } = await openPage(browser, studio.url));
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

/** Frames whose grey tells their number: 2 levels a frame. */
async function* countedFrames(): AsyncGenerator<{ data: Uint8Array }, void, undefined> {
  for (let index = 0; index < 80; index++) yield { data: new Uint8Array(64 * 48 * 4).fill(40 + index * 2) };
}

/** The grey that the viewer's stage shows in its middle. */
async function shownGrey(): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('[role=application] canvas');
    return canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[0];
  })()`);
}

describe('media', () => {
  it('refuses what is no picture or clip by the user’s own name for it, with details to copy', async () => {
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByTestId('import-input').setInputFiles(join(folder, 'note.txt'));
    const toast = page.getByTestId('toast-error');
    await toast.getByText(/^note\.txt .*/).waitFor();
    await toast.getByRole('button', { name: 'Copy details' }).waitFor();
    await toast.getByRole('button', { name: 'Dismiss' }).click();
    const left = await readdir(join(workspace, '.studio', 'uploads'), { recursive: true });
    expect(left.filter((name) => name.includes('upload-'))).toEqual([]);
  });

  it('steps a clip frame by frame, exactly, and plays it', async () => {
    await page.getByTestId('import-input').setInputFiles(join(folder, 'counted.mp4'));
    await page.getByRole('button', { name: /counted\.mp4/ }).waitFor();
    await page.getByRole('application', { name: 'Viewer' }).focus();
    const isFrame = async (index: number): Promise<boolean> => Math.abs((await shownGrey()) - (40 + index * 2)) <= 1;
    await until(() => isFrame(0));
    for (const index of [1, 2, 3]) {
      await page.keyboard.press('ArrowRight');
      await until(() => isFrame(index));
    }
    await page.keyboard.press('Shift+ArrowRight');
    await until(() => isFrame(13));
    await page.keyboard.press('End');
    await until(() => isFrame(79));
    await page.keyboard.press('ArrowLeft');
    await until(() => isFrame(78));
    await page.keyboard.press('Home');
    await page.keyboard.press('l');
    await until(async () => (await shownGrey()) > 70);
    await page.keyboard.press('k');
  });

  it('finds a missing file again and loses nothing', async () => {
    await page.getByTestId('import-input').setInputFiles(join(folder, 'still.png'));
    await page.getByRole('button', { name: /still\.png/ }).waitFor();
    await until(async () => (await page.getByTestId('save-state').innerText()) === 'Saved');
    const { store } = await shownProject(page, studio);
    const still = store.all('source').find((source) => source.name === 'still.png');
    await rm(store.assets.pathOf(still?.assetId ?? ''));
    await page.reload();
    const dialog = page.getByRole('dialog', { name: 'Missing media' });
    await dialog.getByText('still.png').waitFor();
    await dialog.locator('input[type=file]').setInputFiles(join(folder, 'still.png'));
    await dialog.waitFor({ state: 'detached' });
    expect(await store.assets.sizeOf(still?.assetId ?? '')).toBeGreaterThan(0);
  });

  it('packs a project to one file and opens it again', async () => {
    await page.getByRole('button', { name: /^Project:/ }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Pack to one file' }).click();
    const packed = join(folder, 'packed.magdiff');
    await (await downloading).saveAs(packed);
    await page.getByRole('button', { name: /^Project:/ }).click();
    await page.getByRole('menuitem', { name: 'All projects…' }).click();
    await page.getByTestId('unpack-input').setInputFiles(packed);
    await page.getByRole('button', { name: /counted\.mp4/ }).waitFor();
    expect(page.url()).toContain('Untitled-2');
  });
});
