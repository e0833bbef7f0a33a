import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { projectFile } from '../../electron/contract/projectFile.ts';
import type { DocumentRecord } from '../../electron/contract/records.ts';
import { hashFile } from '../../electron/services/projects/store/assetStore.ts';
import { squareMask } from '../../test/fixtures/maskRecords.ts';
import { writeTinyModel } from '../../test/fixtures/tinyModel.ts';
import { randomFrom } from '../seededRandom.ts';
import { type RemoteStudio, startRemote } from './remoteStudio.ts';
import { type Random, Sitting, type Tally } from './sitting.ts';

/** How long a campaign goes on, and from which seed its faults are drawn. */
export interface CampaignOptions {
  minutes: number;
  kills: number;
  seed: number;
  onRound?: ((report: CampaignReport) => void) | undefined;
}

/** What a campaign did and found. */
export interface CampaignReport extends Tally {
  seed: number;
  kills: number;
  engineKills: number;
  diskFull: number;
  otherFaults: number;
  flippedBits: number;
  /** Flipped bits of which the studio did not say that something was damaged. */
  untold: number;
  /** Times that the server ended by itself. */
  serverEnded: number;
  /** Files that are not whole: project.json, or an asset that does not hash to its name. */
  torn: number;
  seconds: number;
}

/** Whether nothing was lost, torn, doubled or left unsaid. */
export function isClean(report: CampaignReport): boolean {
  const { lost, torn, jobsLost, jobsDoubled, jobsWronglyFailed, serverEnded, untold } = report;
  return lost + torn + jobsLost + jobsDoubled + jobsWronglyFailed + serverEnded + untold === 0;
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** A sitting over the real server under faults drawn at random, each followed by a look at everything that was acknowledged. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const random = randomFrom(options.seed);
  const begun = performance.now();
  const report: CampaignReport = {
    ...{ seed: options.seed, kills: 0, engineKills: 0, diskFull: 0, otherFaults: 0, flippedBits: 0, untold: 0 },
    ...{ serverEnded: 0, torn: 0, seconds: 0, acknowledged: 0, refused: 0, checked: 0, lost: 0 },
    ...{ jobsStarted: 0, jobsLost: 0, jobsDoubled: 0, jobsWronglyFailed: 0 },
  };
  const root = await mkdtemp(join(tmpdir(), 'magdiff-chaos-'));
  try {
    const args = await prepare(root);
    let studio = await startRemote(args);
    const { sitting, folder } = await beginSitting(studio, root, random, report);
    const isOver = (): boolean => report.kills >= options.kills || performance.now() - begun > options.minutes * 60_000;
    while (!isOver()) {
      const isDamaged = await oneRound(studio, sitting, folder, random, report);
      studio = await startRemote(args);
      const recovery = await sitting.open(studio, isDamaged ? 1 : 0);
      if (isDamaged && recovery === null) report.untold++;
      report.torn += await tornFiles(folder);
      report.seconds = Math.round((performance.now() - begun) / 1000);
      options.onRound?.(report);
    }
    await sitting.finish(studio);
    await studio.kill();
    studio = await startRemote(args);
    await sitting.open(studio);
    await studio.kill();
    report.torn += await tornFiles(folder);
    report.seconds = Math.round((performance.now() - begun) / 1000);
    return report;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Gestures under one or several faults, ending with a kill; true where a record of the journal was damaged after it. */
async function oneRound(
  studio: RemoteStudio,
  sitting: Sitting,
  folder: string,
  random: Random,
  report: CampaignReport,
): Promise<boolean> {
  let isOver = false;
  let isExpected = false;
  studio.process.once('exit', () => {
    if (!isExpected) report.serverEnded++;
    isOver = true;
  });
  const gestures = sitting.gesture(studio, () => isOver);
  // A refusal to start a take, as on a full disk, is an answer like any other.
  const attempts = sitting.startTake(studio).catch(() => undefined);
  // Now and then long enough for a take to come to its end.
  if (random(4) === 0) await pause(random(6000));
  for (let faults = random(4); faults > 0 && !isOver; faults--) {
    await pause(random(200));
    const kind = random(6);
    if (kind === 0) report.engineKills += (await studio.killEngine()) ? 1 : 0;
    else if (kind <= 3) {
      report.diskFull++;
      studio.order('disk-full');
    } else {
      report.otherFaults++;
      studio.order(kind === 4 ? 'no-handles' : 'clock-jump');
    }
    await pause(random(250));
    if (random(5) > 0) studio.order('none');
  }
  await pause(random(400));
  isExpected = true;
  isOver = true;
  await studio.kill();
  report.kills++;
  await Promise.all([gestures, attempts]);
  const journal = join(folder, 'journal.ndjson');
  const after = random(8);
  if (after === 0) await appendFile(journal, '{"sequence":99,"diff":{"added":[{"ki');
  return after === 1 && (await flipBit(journal, random, report));
}

/** Flips a bit in the record of a gesture. */
async function flipBit(journal: string, random: Random, report: CampaignReport): Promise<boolean> {
  const bytes = await readFile(journal);
  const lines = bytes.toString('latin1').split('\n').slice(0, -1);
  const chosen = random(Math.max(1, lines.length));
  if (!lines[chosen]?.includes('"marker-')) return false;
  const start = lines.slice(0, chosen).reduce((sum, line) => sum + line.length + 1, 0);
  const at = start + random(lines[chosen].length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(7));
  await writeFile(journal, bytes);
  report.flippedBits++;
  return true;
}

async function prepare(root: string): Promise<string[]> {
  const page = join(root, 'page');
  await mkdir(page);
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Page</title>');
  await writeTinyModel(join(root, 'models', 'tiny'));
  return [join(root, 'workspace'), join(root, 'models'), page, join(root, 'cache')];
}

async function beginSitting(studio: RemoteStudio, root: string, random: Random, tally: Tally) {
  const projectId = String((await studio.call('projects.create', { name: 'Chaos' })).projectId);
  await studio.call('projects.open', { projectId, windowId: 'w' });
  const colour = { r: 200, g: 40, b: 40 };
  const picture = await sharp({ create: { width: 32, height: 32, channels: 3, background: colour } })
    .png()
    .toBuffer();
  const uploadId = await studio.upload(picture);
  const { source } = await studio.call('sources.import', { projectId, uploadId, name: 'p.png' });
  const sourceId = (source as DocumentRecord).id;
  const added = [source, ...squareMask(sourceId, { x: 6, y: 6, side: 20 })];
  await studio.call('document.apply', { projectId, windowId: 'w', diff: { added, updated: [], removed: [] } });
  // Folds, so that no flipped bit reaches these.
  await studio.call('projects.close', { projectId, windowId: 'w' });
  const request = { modelId: 'tiny', sourceId, maskId: 'm', frameIndex: 0, inFrame: 0, outFrame: 1 };
  const sitting = new Sitting(projectId, request, random, tally);
  await sitting.open(studio);
  return { sitting, folder: join(root, 'workspace', projectId) };
}

async function tornFiles(folder: string): Promise<number> {
  const file = JSON.parse(await readFile(join(folder, 'project.json'), 'utf8'));
  let torn = projectFile.safeParse(file).success ? 0 : 1;
  const assets = join(folder, 'assets');
  for (const group of await readdir(assets)) {
    if (!/^[0-9a-f]{2}$/.test(group)) continue;
    for (const id of await readdir(join(assets, group))) if ((await hashFile(join(assets, group, id))) !== id) torn++;
  }
  return torn;
}
