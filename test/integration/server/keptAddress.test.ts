import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningStudio, startStudio } from '../../../electron/server/startStudio.ts';
import { barePage } from './standIns.ts';

let workspace: string;
let pageFolder: string;
const running: RunningStudio[] = [];

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'magdiff-address-'));
  pageFolder = await barePage();
});
afterAll(async () => {
  for (const studio of running) await studio.close();
  await rm(workspace, { recursive: true, force: true });
});

async function start(): Promise<RunningStudio> {
  const studio = await startStudio({ workspace, pageFolder, keepsAddress: true });
  running.push(studio);
  return studio;
}

async function stop(): Promise<void> {
  await running.pop()?.close();
}

test('a studio that is started again has the address and the token it had', async () => {
  const { url } = await start();
  await stop();
  expect((await start()).url).toBe(url);
  expect((await stat(join(workspace, '.address.json'))).mode & 0o077).toBe(0);
});

test('a second one beside it takes another place and leaves the first its own', async () => {
  const [first] = running;
  const second = await start();
  expect(second.port).not.toBe(first?.port);
  await stop();
  await stop();
  expect((await start()).port).toBe(first?.port);
});

test('a kept address that means nothing is none', async () => {
  await stop();
  await writeFile(join(workspace, '.address.json'), '{"port":"x"');
  expect((await start()).port).toBeGreaterThan(0);
});
