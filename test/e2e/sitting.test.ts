import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentRecord, RecordKind, RecordOf } from '../../electron/contract/records.ts';
import { probeMedia } from '../../electron/media/probeMedia.ts';
import { encodePng } from '../../electron/media/readPicture.ts';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { drawingOf } from '../../electron/services/projects/maskFromRecords.ts';
import { drawSampleFrame } from '../../electron/services/projects/sampleMaterial.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';
import { expectSubjectKept } from './masks/subjectKept.ts';
import {
  askForFewSteps,
  drag,
  expectAccessible,
  launchBrowser,
  launchStudio,
  openPage,
  shownProject,
  shownProjectId,
  stageBox,
  typeNumber,
  until,
} from './support.ts';

// One sitting, as a user lives it; each test goes on where the last one left.
let browser: Browser;
let studio: RunningStudio;
let workspace: string;
let page: Page;
let complaints: string[];
const runLimit = 240_000;

beforeAll(async () => {
  browser = await launchBrowser();
  ({ studio, workspace } = await launchStudio());
  ({ page, complaints } = await openPage(browser, studio.url));
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

const projectId = (): string => shownProjectId(page);

/** The records the server holds, of one kind. */
async function stored<K extends RecordKind>(kind: K): Promise<RecordOf<K>[]> {
  return (await shownProject(page, studio)).store.all(kind);
}

const storedRecords = async (): Promise<DocumentRecord[]> => (await shownProject(page, studio)).store.records;

describe('one sitting', () => {
  it('begins with an empty state that teaches, without accessibility violations', async () => {
    await page.getByRole('heading', { name: /Keep what matters/ }).waitFor();
    await page.getByText('How it works').waitFor();
    await expectAccessible(page, 'start page');
  });

  it('makes a project, takes a dropped picture in and shows it', async () => {
    await page.getByRole('textbox', { name: 'Name of the new project' }).fill('My first');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('Drop a picture or a clip here', { exact: true }).waitFor();
    await expectAccessible(page, 'empty project');
    const picture = join(await mkdtemp(join(tmpdir(), 'magdiff-e2e-')), 'picture.png');
    await writeFile(picture, await encodePng({ ...drawSampleFrame(0) }));
    await page.getByTestId('import-input').setInputFiles(picture);
    await page.getByRole('button', { name: /picture\.png/ }).waitFor();
    await expect.poll(() => stored('source')).toMatchObject([{ media: 'picture', width: 512, height: 512 }]);
    expect(await stored('item')).toHaveLength(1);
    await page.getByTestId('workbench').getByText('1 take').waitFor({ state: 'detached' });
  });

  it('brushes a subject beyond the stage’s edge; one stroke is one undo', async () => {
    const box = await stageBox(page);
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.getByTestId('frame-coming').waitFor({ state: 'detached' });
    await page.keyboard.press(']');
    await page.mouse.move(middle.x - 20, middle.y - 40);
    await page.mouse.down();
    await page.mouse.move(middle.x, middle.y, { steps: 6 });
    await page.mouse.move(middle.x, box.y - 30, { steps: 4 });
    await page.mouse.move(middle.x + 30, middle.y - 20, { steps: 6 });
    await page.mouse.up();
    await until(async () => (await stored('stroke')).length === 1);
    const [stroke] = await stored('stroke');
    expect(
      stroke?.operation.kind === 'stroke' &&
        stroke.operation.points.some((value, index) => index % 3 === 1 && value < 0),
    ).toBe(true);
    await page.keyboard.press('Control+z');
    await until(async () => (await stored('stroke')).length === 0 && (await stored('mask')).length === 0);
    await page.keyboard.press('Control+Shift+z');
    await until(async () => (await stored('stroke')).length === 1);
  });

  it('abandons a gesture on Escape', async () => {
    const box = await stageBox(page);
    await page.mouse.move(box.x + 300, box.y + 300);
    await page.mouse.down();
    await page.mouse.move(box.x + 340, box.y + 300, { steps: 3 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await page.waitForTimeout(200);
    expect(await stored('stroke')).toHaveLength(1);
  });

  it('finds the subject from a scribble, and adds a rectangle', async () => {
    const box = await stageBox(page);
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.keyboard.press('w');
    await drag(page, [middle.x - 30, middle.y - 60], [middle.x + 20, middle.y + 20]);
    await until(async () => (await stored('stroke')).some((stroke) => stroke.operation.kind === 'region'), 60_000);
    const [mask] = await stored('mask');
    if (!mask) throw new Error('no mask');
    const coverage = rasterizeMask(drawingOf(mask, await storedRecords()), { width: 64, height: 64, frameIndex: 0 });
    const share = coverage.reduce((sum, value) => sum + value, 0) / 255 / coverage.length;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.5);
    await page.keyboard.press('r');
    await drag(page, [middle.x - 10, middle.y - 10], [middle.x + 10, middle.y + 10]);
    await until(async () => (await stored('stroke')).some((stroke) => stroke.operation.kind === 'rectangle'));
    await page.keyboard.press('b');
  });

  it('marks the words that the model does not know', async () => {
    const prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
    await prompt.fill('it dances on the beach');
    await page.getByText('The model does not know “dances”').waitFor();
    await prompt.fill('it floats up on the beach');
    await page.getByText('The model does not know').waitFor({ state: 'detached' });
    await prompt.blur();
    await until(async () => (await stored('setup')).at(-1)?.settings.prompt === 'it floats up on the beach');
  });

  it('generates a take, step by step, with its whole recipe', { timeout: runLimit }, async () => {
    await askForFewSteps(page);
    await page.getByText(/about .* of memory/).waitFor({ timeout: 60_000 });
    await page.keyboard.press('Control+Enter');
    await page.getByRole('progressbar').first().waitFor();
    await until(async () => (await stored('take')).length === 1, runLimit);
    expect((await stored('take'))[0]).toMatchObject({
      name: 'Take 1',
      recipe: { settings: { task: 'generate', prompt: 'it floats up on the beach', steps: 2 } },
      result: { frameCount: 8, width: expect.any(Number) },
    });
    await page.getByRole('tab', { name: /Takes/ }).click();
    await page.getByRole('button', { name: 'Show Take 1' }).waitFor();
    await expectAccessible(page, 'takes');
  });

  it('shows live previews again each time a slider is let go; a drag is one undo', { timeout: runLimit }, async () => {
    await page.getByRole('switch', { name: 'Live' }).click();
    const badge = page.getByTestId('live-badge');
    await page.waitForSelector('[data-testid=live-badge][data-state=done]', { timeout: runLimit });
    const slider = page.getByRole('slider', { name: 'Text α' });
    await slider.scrollIntoViewIfNeeded();
    const box = await slider.boundingBox();
    if (!box) throw new Error('no slider');
    await drag(page, [box.x + 7, box.y + 7], [box.x + 60, box.y + 7]);
    await until(async () => ((await stored('setup')).at(-1)?.settings.alpha.text ?? 1) > 1.1);
    await until(async () => (await badge.getAttribute('data-state')) !== 'done');
    await page.waitForSelector('[data-testid=live-badge][data-state=done]', { timeout: runLimit });
    await page.getByRole('switch', { name: 'Live' }).click();
    await page.getByRole('button', { name: /^Undo text α/ }).click();
    await until(async () => (await stored('setup')).at(-1)?.settings.alpha.text === 1);
    await slider.dblclick();
    expect((await stored('setup')).at(-1)?.settings.alpha.text).toBe(1);
  });

  it('keeps two takes, says what differs and wipes between them', { timeout: runLimit }, async () => {
    await typeNumber(page.getByRole('textbox', { name: 'Image α' }), 1.4);
    await page.keyboard.press('Control+Enter');
    await until(async () => (await stored('take')).length === 2, runLimit);
    await page.getByRole('button', { name: 'Show Take 1' }).click();
    await page.locator('[aria-current=true][aria-label="Show Take 1"]').waitFor();
    await page.getByRole('button', { name: 'Show Take 2' }).click();
    await page.locator('[aria-current=true][aria-label="Show Take 2"]').waitFor();
    await page.getByRole('button', { name: 'More: Take 1' }).click();
    await page.getByRole('menuitem', { name: 'Compare with the shown take' }).click();
    const dialog = page.getByRole('dialog', { name: 'Take 2 and Take 1' });
    await dialog.getByRole('row', { name: /alpha › image 1\.4 1/ }).waitFor();
    await expectAccessible(page, 'compare');
    await page.keyboard.press('Escape');
    const box = await stageBox(page);
    await drag(
      page,
      [box.x + box.width / 2, box.y + box.height / 2],
      [box.x + box.width / 2 - 80, box.y + box.height / 2],
    );
    await page.getByRole('button', { name: 'More: Take 1' }).click();
    await page.getByRole('menuitem', { name: 'Stop comparing' }).click();
  });

  it('deletes a take and brings it back', async () => {
    await page.getByRole('button', { name: 'More: Take 1' }).click();
    await page.getByRole('menuitem', { name: 'Delete take' }).click();
    await until(async () => (await stored('take')).length === 1);
    await page.getByRole('button', { name: /^Undo delete take/ }).click();
    await until(async () => (await stored('take')).length === 2);
  });

  it('opens the sample and edits its clip; what is kept is untouched to the pixel', { timeout: runLimit }, async () => {
    await page.getByRole('button', { name: /^Project:/ }).click();
    await page.getByRole('menuitem', { name: 'All projects…' }).click();
    await page.getByRole('button', { name: /^My first/ }).waitFor();
    await expectAccessible(page, 'recents');
    await page.getByRole('button', { name: 'Open the sample' }).click();
    await page.getByRole('button', { name: /Balloon over hills/ }).click({ timeout: 60_000 });
    await page.getByRole('radio', { name: 'Edit: keep subject' }).click();
    await askForFewSteps(page);
    await page.getByRole('application', { name: 'Viewer' }).focus();
    // In and out: the first eight frames of the clip.
    await page.keyboard.press('i');
    for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('o');
    await until(async () =>
      (await stored('source')).some(
        (source) => source.media === 'clip' && source.outFrame === 8 && source.inFrame === 0,
      ),
    );
    await page.getByRole('button', { name: 'Apply edit' }).click();
    await until(async () => (await stored('take')).length === 1, runLimit);
    await expectSubjectKept(await shownProject(page, studio));
  });

  it('splits, marks and trims on the timeline', async () => {
    await page.keyboard.press('m');
    await until(async () => (await stored('marker')).length === 1);
    const before = (await stored('item')).length;
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.keyboard.press('s');
    await until(async () => (await stored('item')).length === before + 1);
    await page.keyboard.press('Control+z');
    await until(async () => (await stored('item')).length === before);
    await page.keyboard.press('l');
    await page.waitForTimeout(600);
    await page.keyboard.press('k');
  });

  it('exports an MP4 with the clip’s sound', { timeout: runLimit }, async () => {
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export' });
    await expectAccessible(page, 'export');
    expect(await dialog.getByRole('switch', { name: 'Sound' }).isChecked()).toBe(true);
    await dialog.getByRole('textbox', { name: 'File name' }).fill('balloon edit');
    await dialog.getByRole('button', { name: 'Export' }).click();
    await page.locator('[data-testid=job-export][data-state=done]').waitFor({ timeout: 60_000 });
    const facts = await probeMedia(join(workspace, projectId(), 'exports', 'balloon edit.mp4'));
    const [take] = await stored('take');
    expect(facts).toMatchObject({
      kind: 'clip',
      codec: 'h264',
      width: take?.result.width,
      frameCount: 8,
      audioTracks: [{ codec: 'aac' }],
    });
    expect(facts.durationSeconds).toBeCloseTo(1, 1);
  });

  it('is as it was left after a reload, and tells a second window', { timeout: 60_000 }, async () => {
    await page.reload();
    await page.getByRole('button', { name: /Balloon over hills/ }).waitFor();
    await page
      .getByText(/^Takes/)
      .first()
      .waitFor();
    expect(await page.getByRole('textbox', { name: 'Prompt', exact: true }).inputValue()).toBe(
      'it floats up on the beach at sunset',
    );
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.getByText('This project is being edited in another window').waitFor();
    await second.getByRole('button', { name: 'Edit here' }).click();
    await page.getByText('This project is being edited in another window').waitFor();
    await second.close();
    await page.getByRole('button', { name: 'Edit here' }).click();
    await page.getByText('This project is being edited in another window').waitFor({ state: 'detached' });
  });

  it('shows its shortcuts on ? and is accessible in light as in dark', async () => {
    await page.getByRole('application', { name: 'Viewer' }).focus();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await expectAccessible(page, 'shortcuts');
    await page.keyboard.press('Escape');
    await expectAccessible(page, 'project, dark');
    await page.getByRole('button', { name: 'Switch between dark and light' }).click();
    await expectAccessible(page, 'project, light');
    await page.getByRole('button', { name: 'Switch between dark and light' }).click();
  });

  it('never made the console complain', () => {
    expect(complaints).toEqual([]);
  });
});
