import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { projectFile } from '../../electron/contract/projectFile.ts';
import type { DocumentRecord } from '../../electron/contract/records.ts';
import { hashFile } from '../../electron/services/projects/store/assetStore.ts';
import { squareMask } from '../../test/fixtures/maskRecords.ts';
import { writeTinyModel } from '../../test/fixtures/models/tinyModel.ts';
import { randomFrom } from '../seededRandom.ts';
import { buildFaultyStudio } from './buildFaultyStudio.ts';
import { type CampaignReport, newReport } from './campaignReport.ts';
import { damageFiles, oneRound } from './oneRound.ts';
import { type RemoteStudio, startRemote } from './remoteStudio.ts';
import { type Random, Sitting, type Tally } from './sitting.ts';
import { makeSlowFfmpeg } from './slowFfmpeg.ts';

/** How long a campaign goes on, and from which seed its faults are drawn. */
export interface CampaignOptions {
  minutes: number;
  kills: number;
  seed: number;
  onRound?: ((report: CampaignReport) => void) | undefined;
}

/** A sitting over the real server under faults drawn at random, each followed by a look at everything that was acknowledged. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const random = randomFrom(options.seed);
  const begun = performance.now();
  const report = newReport(options.seed);
  const root = await mkdtemp(join(tmpdir(), 'magdiff-chaos-'));
  try {
    const args = await prepare(root);
    const script = await buildFaultyStudio();
    const ffmpeg = await makeSlowFfmpeg(root);
    const start = (): Promise<RemoteStudio> => startRemote(script, args, ffmpeg.environment);
    let studio = await start();
    const { sitting, folder } = await beginSitting(studio, root, random, report);
    const isOver = (): boolean => report.kills >= options.kills || performance.now() - begun > options.minutes * 60_000;
    while (!isOver()) {
      await oneRound(studio, sitting, ffmpeg, random, report);
      const { mustBeTold, mayLack } = await damageFiles(folder, random, report);
      studio = await start();
      const recovery = await sitting.open(studio, mayLack);
      if (mustBeTold && recovery === null) report.untold++;
      report.torn += await tornFiles(folder);
      report.seconds = Math.round((performance.now() - begun) / 1000);
      options.onRound?.(report);
    }
    await sitting.finish(studio);
    await studio.kill();
    studio = await start();
    await sitting.open(studio);
    await studio.kill();
    report.torn += await tornFiles(folder);
    report.seconds = Math.round((performance.now() - begun) / 1000);
    return report;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
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
