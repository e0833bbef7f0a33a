import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeSettings } from '../../../electron/contract/takeSettings.ts';
import { openModel } from '../../../models/families/openModel.ts';
import { createMemory } from '../../../models/memory/memory.ts';
import type { Model } from '../../../models/model/model.ts';
import { generateVideo } from '../../../models/pipeline/generateVideo.ts';
import { Session } from '../../../models/runtime/session.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';

let folder: string;
let model: Model;
beforeAll(async () => {
  folder = await writeTinyModel(await mkdtemp(join(tmpdir(), 'magdiff-sessions-')));
  model = await openModel(folder, { provider: 'cpu', threads: 1 });
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true, force: true });
});

const remember = createMemory(24);

/** One take of a disc, with a prompt, a seed and a start of its own. */
async function take(index: number): Promise<void> {
  const data = new Uint8Array(40 * 40 * 4).fill(180);
  const inside = (i: number): boolean => ((i % 40) - 14 - (index % 13)) ** 2 + (Math.floor(i / 40) - 20) ** 2 < 90;
  const mask = { width: 40, height: 40, data: Uint8Array.from({ length: 1600 }, (_, i) => (inside(i) ? 255 : 0)) };
  const settings = {
    task: 'generate',
    prompt: `it jumps ${'again '.repeat(index % 4)}`,
    seed: index,
    frames: 4,
    steps: 2,
  };
  const parameters = takeSettings.parse(settings);
  const request = { picture: { width: 40, height: 40, data }, mask, parameters, inputsKey: `disc ${index}` };
  for await (const _event of generateVideo(model, request, { remember })) {
    // Only what stays loaded is looked at.
  }
}

test('sixty takes with prompts, seeds and starts of their own leave as many sessions as one, and no more memory', async () => {
  expect(model.conditions.planner).toBeDefined();
  for (let index = 0; index < 10; index++) await take(index);
  const sessions = Session.live;
  const bytes = process.memoryUsage().rss;
  for (let index = 10; index < 60; index++) await take(index);
  expect(Session.live).toBe(sessions);
  expect(process.memoryUsage().rss / bytes).toBeLessThan(1.25);
});
