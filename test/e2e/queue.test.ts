import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EngineHost } from '../../electron/engine/engineHost.ts';
import { queuePlaceOf } from '../../electron/queue/queueAddress.ts';
import { runQueueWorker } from '../../electron/queue/queueWorker.ts';
import type { RunningStudio } from '../../electron/server/startStudio.ts';
import { modelHashOf } from '../../models/families/modelHashOf.ts';
import { type RedisServer, startRedis } from '../fixtures/redisServer.ts';
import {
  askForFewSteps,
  expectAccessible,
  launchBrowser,
  launchStudio,
  openPage,
  shownProject,
  typeNumber,
  until,
} from './support.ts';

let browser: Browser;
let studio: RunningStudio;
let page: Page;
let redis: RedisServer;
let folder: string;
const engine = new EngineHost();
const stop = new AbortController();
let working: Promise<void> = Promise.resolve();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-queue-page-'));
  redis = await startRedis();
  browser = await launchBrowser();
  const queue = queuePlaceOf(`redis://127.0.0.1:${redis.port}/studio`, join(folder, 'shared'));
  ({ studio } = await launchStudio({ queue }));
  ({ page } = await openPage(browser, studio.url));
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  stop.abort();
  await working;
  await engine.close();
  await browser?.close();
  await studio?.close();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('makes a take over the queue, once a worker is there', { timeout: 180_000 }, async () => {
  await page.getByRole('button', { name: 'Open the sample' }).click();
  await page.getByTestId('run-bar').waitFor();
  await page.getByLabel('Run on').selectOption({ label: `Queue studio on 127.0.0.1:${redis.port}` });
  await page.getByText('No worker is there; takes wait for one.').waitFor();
  await expectAccessible(page, 'run on a queue');
  const [first] = await studio.services.catalogue.list();
  const model = await studio.services.catalogue.folderOf(first?.id ?? '');
  const place = queuePlaceOf(`redis://127.0.0.1:${redis.port}/studio`, join(folder, 'shared'));
  const models = [{ folder: model, title: 'bundled', hash: await modelHashOf(model) }];
  working = runQueueWorker({ place, models, provider: 'cpu', engine, onNote: () => undefined }, stop.signal);
  await page.getByText(/^One worker: /).waitFor();
  await askForFewSteps(page);
  await typeNumber(page.getByRole('textbox', { name: 'Frames' }), 2);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('tab', { name: /Takes\s*1/ }).waitFor({ timeout: 120_000 });
  const [take] = (await shownProject(page, studio)).store.all('take');
  expect(take?.result.frameCount).toBe(2);
});

it('has a grid’s cells made by the workers, each bit for bit the take of its recipe', {
  timeout: 120_000,
}, async () => {
  const project = await shownProject(page, studio);
  const [take] = project.store.all('take');
  if (!take) throw new Error('The take of the first test is not there.');
  const { settings, source, maskId } = take.recipe;
  const { frameIndex, inFrame, outFrame } = source;
  const request = {
    ...{ modelId: take.recipe.model.id, settings, sourceId: source.sourceId ?? '', maskId },
    ...{ frameIndex, inFrame, outFrame, runOn: 'queue' as const },
  };
  const { grids } = studio.services;
  const x = { setting: 'seed' as const, lora: '', values: [settings.seed, 11, 12] };
  const id = await grids.start(project, request, x, null);
  await until(async () => {
    const [grid] = (await grids.list(project)).filter((each) => each.id === id);
    if (grid?.state === 'failed') throw new Error(grid.error?.message);
    return grid?.state === 'done';
  }, 100_000);
  const { records } = await grids.takeOfCell(project, id, 0);
  expect(records.find(({ kind }) => kind === 'take')).toMatchObject({
    result: { framesSha256: take.result.framesSha256 },
  });
});
