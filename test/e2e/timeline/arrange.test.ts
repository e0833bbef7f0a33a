import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { endOf } from '../../../electron/contract/timeline/tracks.ts';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import { evenTone } from '../../fixtures/soundFile.ts';
import { openSample, type SampleStudio } from '../sampleStudio.ts';
import { drag, expectAccessible, shownProject, until } from '../support.ts';

// A hand arranges the sample’s picture and clip on the timeline: every gesture is one step, and none lets clips overlap.
let sample: SampleStudio;
let studio: RunningStudio;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  sample = await openSample();
  ({ studio, page, complaints } = sample);
  await page.getByTestId('timeline').waitFor({ timeout: 90_000 });
  await page.getByRole('button', { name: 'Show all' }).click();
});
afterAll(() => sample?.close());

const stored = async (): Promise<ItemRecord[]> => (await shownProject(page, studio)).store.all('item');
const named = async (part: 'picture' | 'clip'): Promise<ItemRecord> => {
  const { store } = await shownProject(page, studio);
  const found = store.all('item').find(({ targetId }) => store.find('source', targetId)?.media === part);
  if (!found) throw new Error(`no ${part} on the timeline`);
  return found;
};

/** Rows of the two first tracks, in pixels from the timeline's top: the takes', and the sources' below it. */
const rowOf = { take: 50, source: 101 };

/** A place on the page: a timeline frame in a track's row, `up` pixels above its middle. */
async function placeOf(frame: number, row: keyof typeof rowOf, up = 0): Promise<[number, number]> {
  const timeline = page.getByTestId('timeline');
  const box = await timeline.boundingBox();
  if (!box) throw new Error('no timeline');
  const { scale, offset } = await timeline.evaluate((canvas) => ({
    scale: Number(canvas.getAttribute('data-scale')),
    offset: Number(canvas.getAttribute('data-offset')),
  }));
  return [box.x + (frame - offset) * scale, box.y + rowOf[row] - up];
}

/** Waits until a piece is again as it was. */
const settles = (wanted: ItemRecord): Promise<void> =>
  until(async () => JSON.stringify((await stored()).find(({ id }) => id === wanted.id)) === JSON.stringify(wanted));

/** A piece once nothing of a gesture is still on its way: the same twice, half a second apart. */
async function atRest(part: 'picture' | 'clip'): Promise<ItemRecord> {
  for (let last = await named(part); ; ) {
    await page.waitForTimeout(500);
    const now = await named(part);
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
}

const undo = async (label: RegExp): Promise<void> => page.getByRole('button', { name: label }).click();

describe('the timeline', () => {
  it('takes a clip to another track, and back with one undo', async () => {
    const clip = await named('clip');
    await drag(page, await placeOf(clip.startFrame + 4, 'source'), await placeOf(clip.startFrame - 4, 'take'));
    await until(async () => (await named('clip')).trackId === 'track-take');
    const moved = await named('clip');
    expect(Math.abs(moved.startFrame - (clip.startFrame - 8))).toBeLessThanOrEqual(1);
    await undo(/^Undo move/);
    await settles(clip);
  });

  it('never lets clips overlap, makes room where Ctrl asks for it, and leaves nothing of what Escape abandons', async () => {
    const [clip, picture] = [await named('clip'), await named('picture')];
    await drag(page, await placeOf(clip.startFrame + 4, 'source'), await placeOf(6, 'source'));
    await page.waitForTimeout(300);
    expect((await named('clip')).startFrame).toBe(endOf(picture));
    await page.keyboard.down('Control');
    await drag(page, await placeOf(clip.startFrame + 4, 'source'), await placeOf(5, 'source'));
    await page.keyboard.up('Control');
    await until(async () => (await named('clip')).startFrame === 0);
    expect((await named('picture')).startFrame).toBe(clip.lengthFrames);
    await undo(/^Undo move/);
    await settles(picture);
    await page.mouse.move(...(await placeOf(clip.startFrame + 4, 'source')));
    await page.mouse.down();
    await page.mouse.move(...(await placeOf(clip.startFrame + 12, 'take')), { steps: 4 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await settles(clip);
  });

  it('trims, then slips with Alt what is shown, and fades by the handle', async () => {
    const clip = await named('clip');
    await drag(page, await placeOf(endOf(clip) - 0.2, 'source'), await placeOf(endOf(clip) - 10, 'source'));
    await until(async () => (await named('clip')).lengthFrames < clip.lengthFrames - 7);
    const trimmed = await atRest('clip');
    await page.keyboard.down('Alt');
    await drag(page, await placeOf(trimmed.startFrame + 8, 'source'), await placeOf(trimmed.startFrame + 4, 'source'));
    await page.keyboard.up('Alt');
    await until(async () => (await named('clip')).inFrame > 0);
    expect(await named('clip')).toMatchObject({ startFrame: trimmed.startFrame, lengthFrames: trimmed.lengthFrames });
    const handle = await placeOf(trimmed.startFrame, 'source', 19);
    await drag(page, [handle[0] + 13, handle[1]], [handle[0] + 70, handle[1]]);
    await until(async () => ((await named('clip')).fadeInFrames ?? 0) > 1);
    await undo(/^Undo fade/);
    await undo(/^Undo slip/);
    await undo(/^Undo trim/);
    await settles(clip);
  });

  it('offers with the other button what can be done, and says why something cannot', async () => {
    const [clip, picture] = [await named('clip'), await named('picture')];
    await page.mouse.click(...(await placeOf(picture.startFrame + 3, 'source')), { button: 'right' });
    await page.getByRole('menuitem', { name: /Cross-fade.*no clip ends/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.mouse.click(...(await placeOf(clip.startFrame + 3, 'source')), { button: 'right' });
    await page.getByRole('menuitem', { name: 'Cross-fade from the clip before' }).click();
    await until(async () => ((await named('clip')).crossFadeFrames ?? 0) > 0);
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await page.mouse.click(...(await placeOf(clip.startFrame + 3, 'source')), { button: 'right' });
    await page.getByRole('menuitem', { name: 'Detach sound' }).click();
    await until(async () => (await stored()).length === 3);
    const sound = (await stored()).find(({ trackId }) => !trackId.startsWith('track-source'));
    expect(sound).toMatchObject({ targetId: clip.targetId, startFrame: clip.startFrame });
    expect((await named('clip')).volume).toBe(0);
    await undo(/^Undo detach/);
    await undo(/^Undo cross/);
    await until(async () => (await stored()).length === 2);
  });

  it('closes the gap of what is deleted, and splits at the playhead', async () => {
    const picture = await named('picture');
    await page.mouse.click(...(await placeOf(picture.startFrame + 5, 'source')));
    await page.keyboard.press('s');
    await until(async () => (await stored()).length === 3);
    await page.keyboard.press('Shift+Delete');
    await until(async () => (await stored()).length === 2);
    expect((await named('picture')).startFrame).toBe(0);
    expect((await named('clip')).startFrame).toBe(endOf(await named('picture')));
    await undo(/^Undo ripple/);
    await undo(/^Undo split/);
    await settles(picture);
  });

  it('shows all that a clip can be; a slider is one step', async () => {
    const clip = await named('clip');
    await page.mouse.dblclick(...(await placeOf(clip.startFrame + 4, 'source')));
    const side = page.getByRole('complementary', { name: 'Inspector' });
    await side.getByRole('textbox', { name: 'Speed' }).fill('200');
    await page.keyboard.press('Enter');
    await until(async () => (await named('clip')).lengthFrames === clip.lengthFrames / 2);
    const opacity = await side.getByRole('slider', { name: 'Opacity' }).boundingBox();
    if (!opacity) throw new Error('no slider');
    await drag(page, [opacity.x + 5, opacity.y + 7], [opacity.x - 40, opacity.y + 7]);
    await until(async () => ((await named('clip')).opacity ?? 1) < 0.9);
    await side.getByRole('radio', { name: 'Fill' }).click();
    await until(async () => (await named('clip')).fit === 'fill');
    await expectAccessible(page, 'a clip’s properties');
    for (const label of [/^Undo fit/, /^Undo opacity/, /^Undo speed/]) await undo(label);
    await settles(clip);
  });

  it('writes a title that is seen at once, as one step', async () => {
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Add title' }).click();
    const words = page.getByRole('textbox', { name: 'Words' });
    await words.click();
    await words.fill('');
    await words.pressSequentially('Up it goes', { delay: 10 });
    await page.getByRole('radio', { name: 'Left' }).click();
    await until(async () =>
      (await stored()).some(({ title }) => title?.text === 'Up it goes' && title.align === 'left'),
    );
    await undo(/^Undo lines/);
    await undo(/^Undo words/);
    await until(async () => (await stored()).some(({ title }) => title?.text === 'Title'));
    await undo(/^Undo add title/);
    await until(async () => (await stored()).length === 2);
  });

  it('hides, mutes, locks and renames a track', async () => {
    await page.getByRole('button', { name: 'Lock track: Source' }).click();
    const clip = await named('clip');
    await drag(page, await placeOf(clip.startFrame + 4, 'source'), await placeOf(clip.startFrame - 4, 'take'));
    await page.waitForTimeout(300);
    expect(await named('clip')).toEqual(clip);
    await page.getByRole('button', { name: 'Unlock track: Source' }).click();
    await page.getByRole('button', { name: 'Source', exact: true }).dblclick();
    await page.getByRole('textbox', { name: 'Rename track: Source' }).fill('Shots');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Mute track: Shots' }).waitFor();
  });

  it('goes from cut to cut by the keyboard, with the clip in hand', async () => {
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const clip = await named('clip');
    const goTo = page.getByRole('textbox', { name: 'Go to frame' });
    await until(async () => (await goTo.inputValue()) === String(clip.startFrame + 1));
    await page.keyboard.press('Delete');
    await until(async () => (await stored()).every(({ id }) => id !== clip.id));
    await undo(/^Undo delete/);
    await settles(clip);
  });

  it('exports the part that is marked', async () => {
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.keyboard.press('6');
    await page.keyboard.press('Home');
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('i');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('o');
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export' });
    await dialog.getByText('In to out, 6 frames').waitFor();
    await dialog.getByRole('textbox', { name: 'Frame rate' }).fill('16');
    await dialog.getByRole('textbox', { name: 'File name' }).fill('part');
    await dialog.getByRole('button', { name: 'Export' }).click();
    await page.locator('[data-testid=job-export][data-state=done]').waitFor({ timeout: 60_000 });
    const { jobs } = studio.services;
    const job = jobs.list((await shownProject(page, studio)).id).find(({ kind }) => kind === 'export');
    expect(job?.total).toBe(12);
    await page.getByRole('button', { name: /^Jobs/ }).click();
    await page.getByRole('dialog', { name: 'Jobs' }).getByRole('button', { name: 'Download: part.mp4' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('renames media in place, and takes a copied picture in', async () => {
    const picture = page.getByRole('button', { name: /^Red balloon/ });
    await picture.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Rename' }).fill('The balloon');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^The balloon/ }).waitFor();
    await undo(/^Undo rename media/);
    await picture.waitFor();
    await page.evaluate(`(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
      canvas.getContext('2d').fillRect(0, 0, 20, 30);
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([blob], 'copied.png', { type: 'image/png' }));
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    })()`);
    await page.getByRole('button', { name: /^copied.png/ }).waitFor();
    await undo(/^Undo import/);
    await page.getByRole('button', { name: /^copied.png/ }).waitFor({ state: 'detached' });
  });

  it('takes a sound in on a track of its own, where it is heard while it plays', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'magdiff-tone-')), 'tone.wav');
    await writeFile(path, evenTone(2));
    await page.getByTestId('import-input').setInputFiles(path);
    await page.getByRole('button', { name: 'Mute track: Sound 1' }).waitFor();
    await page.getByRole('button', { name: /^tone.wav/ }).waitFor();
    const { store } = await shownProject(page, studio);
    const [sound] = store.all('source').filter(({ media }) => media === 'sound');
    const [item] = store.all('item').filter(({ targetId }) => targetId === sound?.id);
    expect(store.find('track', item?.trackId ?? null)?.media).toBe('sound');
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('l');
    await page.waitForTimeout(400);
    await page.keyboard.press('k');
    await undo(/^Undo import/);
    await until(
      async () => !(await shownProject(page, studio)).store.all('source').some(({ media }) => media === 'sound'),
    );
  });

  it('never made the console complain', () => {
    expect(complaints).toEqual([]);
  });
});
