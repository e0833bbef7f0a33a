import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import type { RunningStudio } from '../../../electron/server/startStudio.ts';
import type { OpenProject } from '../../../electron/services/projects/openProject.ts';
import { allFrames } from '../../fixtures/mediaFiles.ts';
import { openSample, type SampleStudio } from '../sampleStudio.ts';
import { shownProject, stageBox, typeNumber } from '../support.ts';

// The sample’s picture and clip arranged with all that a timeline can do: what the viewer shows is what the exported file holds.
let sample: SampleStudio;
let studio: RunningStudio;
let page: Page;

beforeAll(async () => {
  sample = await openSample();
  ({ studio, page } = sample);
  await page.getByTestId('timeline').waitFor({ timeout: 90_000 });
});
afterAll(() => sample?.close());

/** The timeline's frame of the tests, in pixels. */
const size = { width: 640, height: 360 };

/** Mean luma of what the viewer shows of the timeline's frame, which lies fitted in its middle. */
async function shownLuma(): Promise<number> {
  const { width, height } = await stageBox(page);
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('[aria-label=Viewer] canvas');
    const ratio = canvas.width / canvas.clientWidth;
    const scale = Math.min((${width} - 56) / ${size.width}, (${height} - 56) / ${size.height});
    const [across, down] = [${size.width} * scale - 2, ${size.height} * scale - 2];
    const [x, y] = [(${width} - across) / 2, (${height} - down) / 2].map((side) => Math.round(side * ratio));
    const { data } = canvas.getContext('2d').getImageData(x, y, Math.round(across * ratio), Math.round(down * ratio));
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2];
    return sum / (data.length / 4);
  })()`);
}

async function fileLuma(path: string): Promise<number> {
  const [picture] = await allFrames(path);
  if (!picture) throw new Error(`${path} holds no picture.`);
  const { data } = picture;
  let sum = 0;
  for (let at = 0; at < data.length; at += 4)
    sum += 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0);
  return sum / (data.length / 4);
}

/** Twenty-six frames: a cropped, fading picture, a gap, the clip in two parts that cross, and over it a half-seen copy and a title. */
async function arrange(project: OpenProject): Promise<void> {
  const { store } = project;
  const [picture, clip] = store.all('item');
  const whole = store.get('project', 'project');
  if (!picture || !clip) throw new Error('The sample has nothing on its timeline.');
  const first: ItemRecord = { ...clip, startFrame: 9, lengthFrames: 8, speed: 2, fadeInFrames: 3, fit: 'fill' };
  const over = { trackId: 'track-take', inFrame: 0, clear: true } as const;
  const title: ItemRecord = {
    ...{ kind: 'item', id: 'words', trackId: 'track-top', targetId: null, startFrame: 2, lengthFrames: 22, inFrame: 0 },
    ...{ clear: true, fadeInFrames: 2, fadeOutFrames: 4 },
    title: {
      ...{ text: 'Balloons over the hills\nare drawn alike', font: 'serif', bold: true, colour: '#ffd23c', size: 0.2 },
      ...{ align: 'centre', x: 0.5, y: 0.3, shadow: true },
    },
  };
  await project.applyOwn({
    added: [
      { ...store.get('track', 'track-take'), id: 'track-top', name: 'Titles', order: 2 },
      { ...clip, id: 'second', startFrame: 17, lengthFrames: 9, inFrame: 10, crossFadeFrames: 6 },
      { ...clip, ...over, id: 'half', startFrame: 12, lengthFrames: 8, opacity: 0.5, fit: 'whole' },
      title,
    ],
    removed: [],
    updated: [
      [whole, { ...whole, timeline: size }],
      [
        picture,
        { ...picture, lengthFrames: 6, crop: { left: 0.2, right: 0.1, top: 0, bottom: 0.3 }, fadeOutFrames: 3 },
      ],
      [clip, first],
    ],
  });
}

it('shows the timeline as the exported file has it: fades, crossing, speed, crop and titles', {
  timeout: 180_000,
}, async () => {
  const opened = await shownProject(page, studio);
  await arrange(opened);
  await page.reload();
  await page.getByTestId('timeline').waitFor();
  await page.getByRole('button', { name: 'The timeline as it is arranged' }).click();
  const jobId = studio.services.exports.start(opened, null, {
    ...{ format: 'png-sequence', quality: 'good', inFrame: 0, outFrame: 26, ...size },
    ...{ sound: false, alpha: false, fileName: 'timeline' },
  });
  const job = () => studio.services.jobs.list(opened.id).find(({ id }) => id === jobId);
  await expect.poll(() => job()?.file?.path ?? job()?.error?.message, { timeout: 60_000 }).toBeTruthy();
  const folder = job()?.file?.path ?? '';
  const lumas: number[] = [];
  for (let frame = 0; frame < 26; frame++) {
    await typeNumber(page.getByRole('textbox', { name: 'Go to frame' }), frame + 1);
    const wanted = await fileLuma(`${folder}/${String(frame).padStart(5, '0')}.png`);
    lumas.push(wanted);
    await expect
      .poll(async () => Math.abs((await shownLuma()) - wanted), { message: `frame ${frame}`, timeout: 10_000 })
      .toBeLessThanOrEqual(2);
  }
  // A gap has the title alone; a clip over it is brighter by far.
  expect(lumas[7]).toBeGreaterThan(2);
  expect((lumas[20] ?? 0) - (lumas[7] ?? 0)).toBeGreaterThan(30);
});
