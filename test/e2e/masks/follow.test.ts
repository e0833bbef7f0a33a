import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordKind, RecordOf } from '../../../electron/contract/records.ts';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { writeClip } from '../../fixtures/clipFile.ts';
import { drawnClip } from '../../fixtures/drawnClip.ts';
import {
  drag,
  expectAccessible,
  launchBrowser,
  launchStudio,
  openPage,
  shownProject,
  stageBox,
  until,
} from '../support.ts';

// A subject is brushed once and followed; each test goes on where the last one left.
let browser: Browser;
let studio: RunningStudio;
let page: Page;
let complaints: string[];
const drawn = drawnClip({ frameCount: 24, gone: [15, 16, 17] });

beforeAll(async () => {
  browser = await launchBrowser();
  ({ studio } = await launchStudio());
  ({ page, complaints } = await openPage(browser, studio.url));
  page.setDefaultTimeout(30_000);
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

async function stored<K extends RecordKind>(kind: K): Promise<RecordOf<K>[]> {
  return (await shownProject(page, studio)).store.all(kind);
}

/** Where a pixel of the clip's frame is on the page. */
async function pointOf(x: number, y: number): Promise<[number, number]> {
  const box = await stageBox(page);
  const scale = Math.min((box.width - 56) / drawn.width, (box.height - 56) / drawn.height);
  return [
    box.x + (box.width - drawn.width * scale) / 2 + x * scale,
    box.y + (box.height - drawn.height * scale) / 2 + y * scale,
  ];
}

const frameShown = async (): Promise<number> =>
  Number(await page.getByRole('textbox', { name: 'Go to frame' }).inputValue());
const doubts = () => page.getByRole('list', { name: /^Confidence of/ });

describe('following a subject', { timeout: 240_000 }, () => {
  it('shows a clip’s first frame as soon as it is in, whole on the timeline', async () => {
    await page.getByRole('textbox', { name: 'Name of the new project' }).fill('Follow');
    await page.getByRole('button', { name: 'Create' }).click();
    const clip = join(await mkdtemp(join(tmpdir(), 'magdiff-e2e-')), 'drawn.mp4');
    await writeClip(clip, drawn);
    await page.getByTestId('import-input').setInputFiles(clip);
    await page.getByRole('button', { name: /drawn\.mp4/ }).waitFor();
    await page.getByTestId('frame-coming').waitFor({ state: 'detached' });
  });

  it('is offered once a frame is brushed, and tells how it goes', async () => {
    const follow = page.getByRole('button', { name: 'Follow', exact: true });
    await expect.poll(() => follow.count()).toBe(0);
    // Frame 1: the subject is an ellipse of 60 by 40 around (60, 60).
    await page.keyboard.press('q');
    const outline = Array.from({ length: 25 }, (_, index) => (index / 24) * 2 * Math.PI);
    const [start, ...rest] = await Promise.all(
      outline.map((angle) => pointOf(60 + 30 * Math.cos(angle), 60 + 20 * Math.sin(angle))),
    );
    if (!start) throw new Error('no outline');
    await page.mouse.move(...start);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point);
    await page.mouse.up();
    await until(async () => (await stored('stroke')).length === 1);
    await follow.click();
    await page.getByRole('button', { name: 'Stop following' }).first().waitFor();
    await until(async () => (await stored('followed')).length > 0, 120_000);
    await page.getByText(/The subject was followed through 23 frames/).waitFor();
    await expect.poll(frameShown).toBe(1);
  });

  it('says in the lane where it doubts; D, a click and the list lead there', async () => {
    await expect.poll(() => doubts().getByRole('listitem').count()).toBeGreaterThan(0);
    await expectAccessible(page, 'a followed mask');
    await page.keyboard.press('d');
    const [run] = await stored('followed');
    const least = Math.min(...(run?.confidence ?? []));
    const worst = (run?.confidence.indexOf(least) ?? 0) + 2;
    await expect.poll(frameShown).toBe(worst);
    await page.keyboard.press('Home');
    const timeline = await page.getByTestId('timeline').boundingBox();
    if (!timeline) throw new Error('no timeline');
    const { scale, offset } = await page.getByTestId('timeline').evaluate((canvas) => ({
      scale: Number(canvas.getAttribute('data-scale')),
      offset: Number(canvas.getAttribute('data-offset')),
    }));
    await page.mouse.click(timeline.x + (worst - 0.5 - offset) * scale, timeline.y + 158);
    await expect.poll(frameShown).toBe(worst);
  });

  it('follows again from a correction to the keys beside it, and one undo takes that back', async () => {
    const before = await stored('followed');
    const last = 13;
    const goTo = page.getByRole('textbox', { name: 'Go to frame' });
    await goTo.fill(String(last));
    await goTo.press('Enter');
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.getByTestId('frame-coming').waitFor({ state: 'detached' });
    await page.keyboard.press('b');
    await drag(page, await pointOf(100, 76), await pointOf(110, 80));
    await until(async () => (await stored('maskKey')).length === 2);
    await page.getByRole('button', { name: 'Follow again' }).click();
    await until(async () => (await stored('followed')).length === 2, 120_000);
    const spans = (await stored('followed')).map(({ firstFrame, endFrame }) => [firstFrame, endFrame]).sort();
    expect(spans).toEqual(
      [
        [1, last - 1],
        [last, 24],
      ].sort(),
    );
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.keyboard.press('Control+z');
    await until(async () => (await stored('followed')).length === 1);
    expect(await stored('followed')).toEqual(before);
    await page.keyboard.press('Control+z');
    await until(async () => (await stored('maskKey')).length === 1);
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+Shift+z');
    await until(async () => (await stored('followed')).length === 2);
    expect(await stored('maskKey')).toHaveLength(2);
  });

  it('is there again after a reload, and can still be taken back', async () => {
    await page.waitForTimeout(1500);
    await page.reload();
    await expect.poll(() => doubts().count()).toBe(1);
    await page.getByRole('button', { name: 'Undo follow' }).click();
    await until(async () => (await stored('followed')).length === 1);
    expect(complaints.filter((line) => !/404/.test(line))).toEqual([]);
  });
});
