import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invertDiff } from '../../../electron/contract/documentDiff.ts';
import type { ExportOptions } from '../../../electron/contract/jobs.ts';
import type { ItemRecord } from '../../../electron/contract/records.ts';
import { mediaFrameAt, shownItemAt } from '../../../electron/contract/timeline/shownItems.ts';
import { shownMedia } from '../../../electron/contract/timeline/shownMedia.ts';
import { newTrack } from '../../../electron/contract/timeline/tracks.ts';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { readWaveform } from '../../../electron/media/waveform.ts';
import { type RunningStudio, startStudio } from '../../../electron/server/startStudio.ts';
import type { OpenProject } from '../../../electron/services/projects/openProject.ts';
import { createSampleProject } from '../../../electron/services/projects/sampleProject.ts';
import { importSource } from '../../../electron/services/projects/sourceImport.ts';
import { allFrames } from '../../fixtures/mediaFiles.ts';
import { evenTone } from '../../fixtures/soundFile.ts';
import { barePage } from '../server/standIns.ts';

const size = 128;
let workspace: string;
let studio: RunningStudio;
let project: OpenProject;

// The sample’s picture and clip, arranged with a gap between them and the clip cut to its middle.
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'magdiff-timeline-'));
  studio = await startStudio({ workspace, pageFolder: await barePage() });
  const { library, media } = studio.services;
  project = await library.opened(await createSampleProject(library, media));
  const [picture, clip] = project.store.all('item');
  if (!picture || !clip) throw new Error('The sample has nothing on its timeline.');
  await project.applyOwn({
    added: [],
    removed: [],
    updated: [
      [picture, { ...picture, lengthFrames: 4 }],
      [clip, { ...clip, startFrame: 7, inFrame: 5, lengthFrames: 10 }],
    ],
  });
});
afterAll(async () => {
  await studio.close();
  await rm(workspace, { recursive: true, force: true });
});

async function exported(change: Partial<ExportOptions>): Promise<string> {
  const { exports, jobs } = studio.services;
  const options: ExportOptions = {
    ...{ format: 'mp4-h264', quality: 'best', inFrame: 0, outFrame: 17, width: size, height: size },
    ...{ sound: true, alpha: false, fileName: 'timeline', ...change },
  };
  const jobId = exports.start(project, null, options);
  for (;;) {
    const job = jobs.list(project.id).find(({ id }) => id === jobId);
    if (job?.state === 'failed') throw new Error(job.error?.message);
    if (job?.state === 'done') return job.file?.path ?? '';
    await new Promise((done) => setTimeout(done, 50));
  }
}

const luma = (data: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i += 4)
    sum += 0.2126 * (data[i] ?? 0) + 0.7152 * (data[i + 1] ?? 0) + 0.0722 * (data[i + 2] ?? 0);
  return sum / (data.length / 4);
};

/** Mean luma of every frame as the arrangement says it: read from the media themselves. */
async function wanted(from: number, to: number): Promise<number[]> {
  const items = project.store.all('item');
  const rate = project.store.get('project', 'project').framesPerSecond;
  const means: number[] = [];
  for (let frame = from; frame < to; frame++) {
    const item = shownItemAt(project.store.all('track'), items, frame);
    const source = project.store.find('source', item?.targetId ?? null);
    if (!item || !source) {
      means.push(0);
      continue;
    }
    const frames = await allFrames(project.store.assets.pathOf(source.assetId), { width: size, height: size });
    const index = mediaFrameAt(item, shownMedia(source), rate, frame);
    means.push(luma(frames[index]?.data ?? new Uint8Array(4)));
  }
  return means;
}

test('every frame is what lies at its place, and gaps are black', async () => {
  const path = await exported({});
  const frames = await allFrames(path);
  const expected = await wanted(0, 17);
  expect(frames).toHaveLength(17);
  for (const [index, { data }] of frames.entries())
    expect(Math.abs(luma(data) - (expected[index] ?? 0)), `frame ${index}`).toBeLessThanOrEqual(2);
  expect(expected.slice(4, 7)).toEqual([0, 0, 0]);
});

test('sound is heard where its clip lies and nowhere else', async () => {
  const path = await exported({});
  const facts = await probeMedia(path);
  expect(facts.audioTracks).toHaveLength(1);
  const peaks = await readWaveform(path, 200);
  const rate = project.store.get('project', 'project').framesPerSecond;
  const gap = peaks.slice(0, Math.floor((7 / rate - 0.1) * 200));
  const clip = peaks.slice(Math.ceil((7 / rate + 0.1) * 200));
  expect(Math.max(...gap)).toBeLessThan(0.01);
  expect(Math.max(...clip)).toBeGreaterThan(0.05);
});

test('a range in another shape is letterboxed', async () => {
  const path = await exported({ inFrame: 6, outFrame: 12, width: 2 * size, fileName: 'wide', sound: false });
  const frames = await allFrames(path);
  expect(frames).toHaveLength(6);
  const [, first] = frames;
  expect(first).toMatchObject({ width: 2 * size, height: size });
  const column = (x: number): number => first?.data[((size / 2) * 2 * size + x) * 4 + 2] ?? -1;
  expect(column(10)).toBeLessThan(8);
  expect(column(size)).toBeGreaterThan(40);
});

test('another rate shows the same moments, and as long', async () => {
  const rate = project.store.get('project', 'project').framesPerSecond;
  const path = await exported({ framesPerSecond: rate * 2, fileName: 'fast', sound: false });
  const frames = await allFrames(path);
  const expected = await wanted(0, 17);
  expect(frames).toHaveLength(34);
  for (const [index, { data }] of frames.entries())
    if (index % 2 === 0)
      expect(Math.abs(luma(data) - (expected[index / 2] ?? 0)), `frame ${index}`).toBeLessThanOrEqual(2);
  expect((await probeMedia(path)).durationSeconds).toBeCloseTo(17 / rate, 1);
});

test('a sound that was brought in is heard where it lies on its track, as loud and as fast as it says', async () => {
  const path = join(workspace, 'tone.wav');
  await writeFile(path, evenTone(2));
  const { source } = await importSource(studio.services.media, project, path, 'tone.wav');
  expect(source).toMatchObject({ media: 'sound', hasAudio: true, frameCount: 200, mimeType: 'audio/wav' });
  const rate = project.store.get('project', 'project').framesPerSecond;
  const track = newTrack(project.store.all('track'), 'sound', 'tones');
  const tone: ItemRecord = {
    ...{ kind: 'item', id: 'tone', trackId: 'tones', targetId: source.id, startFrame: 2, lengthFrames: 4, inFrame: 50 },
    ...{ volume: 0.5, speed: 2 },
  };
  const [clip] = project.store.all('item').filter(({ lengthFrames }) => lengthFrames === 10);
  if (!clip) throw new Error('The clip is not where it was.');
  const diff = {
    added: [track, source, tone],
    updated: [[clip, { ...clip, volume: 0 }]] as [[ItemRecord, ItemRecord]],
    removed: [],
  };
  await project.applyOwn(diff);
  try {
    const peaks = await readWaveform(await exported({ fileName: 'tone' }), 100);
    const at = (frame: number): number => peaks[Math.round((frame / rate) * 100)] ?? 0;
    expect([at(1), at(7), at(12)].map((peak) => peak < 0.02)).toEqual([true, true, true]);
    expect(at(4)).toBeCloseTo(0.25, 1);
  } finally {
    await project.applyOwn(invertDiff(diff));
  }
});

test('a range beyond the timeline is refused', () => {
  const options = { format: 'mp4-h264', quality: 'good', inFrame: 0, outFrame: 99, width: 64, height: 64 } as const;
  expect(() =>
    studio.services.exports.start(project, null, { ...options, sound: false, alpha: false, fileName: 'x' }),
  ).toThrow(/outside the timeline’s 17 frames/);
});
