import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildFaultyStudio } from '../../../build/chaos/buildFaultyStudio.ts';
import { type RemoteStudio, startRemote } from '../../../build/chaos/remoteStudio.ts';
import type { TakeFile } from '../../../electron/contract/takeRecipe.ts';
import { takeSettings } from '../../../electron/contract/takeSettings.ts';
import { squareMask } from '../../fixtures/maskRecords.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';
import { lastLine } from '../cli/spokenJson.ts';
import { barePage, plainPicture } from '../server/standIns.ts';

let folder: string;
let studio: RemoteStudio;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-remade-'));
  await writeTinyModel(join(folder, 'models', 'tiny'));
  const page = await barePage();
  const args = [join(folder, 'workspace'), join(folder, 'models'), page, join(folder, 'cache')];
  studio = await startRemote(await buildFaultyStudio(), args);
});
afterAll(async () => {
  await studio.kill();
  await rm(folder, { recursive: true, force: true });
});

const magdiff = (...args: string[]): Promise<Record<string, unknown>> =>
  lastLine(args, { MAGDIFF_MODELS: join(folder, 'models') });

/** A take of the studio, made by its engine: the project's folder and the take as the studio tells it. */
async function madeTake(): Promise<{ project: string; take: { id: string; name: string }; file: TakeFile }> {
  const { projectId } = await studio.call('projects.create', { name: 'Remade' });
  await studio.call('projects.open', { projectId, windowId: 'w' });
  const uploadId = await studio.upload(await plainPicture(32, 32, [200, 80, 40]));
  const { source } = (await studio.call('sources.import', { projectId, uploadId, name: 'picture.png' })) as {
    source: { id: string; width: number; height: number };
  };
  const mask = squareMask(source.id, { x: 4, y: 4, side: 12 });
  const added = [source, ...mask];
  await studio.call('document.apply', { projectId, windowId: 'w', diff: { added, updated: [], removed: [] } });
  const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 3, frames: 4, steps: 2 });
  const maskId = mask.find(({ kind }) => kind === 'mask')?.id ?? null;
  const request = { modelId: 'tiny', settings, sourceId: source.id, maskId, frameIndex: 0, inFrame: 0, outFrame: 1 };
  await studio.call('jobs.start', { projectId, windowId: 'w', request });
  for (;;) {
    const { records } = await studio.call('projects.open', { projectId, windowId: 'w' });
    const take = (records as { kind: string; id: string; name: string }[]).find(({ kind }) => kind === 'take');
    if (take) {
      const file = (await studio.call('takes.file', { projectId, takeId: take.id })) as unknown as TakeFile;
      return { project: join(folder, 'workspace', String(projectId)), take, file };
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

test('a take of the studio is made again by the command line: from its project, and from its recipe’s file', async () => {
  const { project, take, file } = await madeTake();
  const { framesSha256 } = file.result;
  const out = join(folder, 'again.mp4');
  expect(await magdiff('remake', project, '--take', take.name, '-o', out)).toMatchObject({
    identical: true,
    framesSha256,
  });
  expect(await magdiff('remake', project, '--take', take.id, '-o', out)).toMatchObject({
    identical: true,
    framesSha256,
  });
  expect(await magdiff('remake', project, '--take', 'Another', '-o', out)).toMatchObject({
    type: 'error',
    hint: expect.stringContaining(take.name),
  });
  const measured = await magdiff('measure', join(project, 'project.json'), '--no-search', '-m', 'tiny');
  expect(measured).toMatchObject({
    path: project,
    takes: [{ name: take.name, prompt: 'it jumps', readers: { subjectFidelity: { comparable: false } } }],
    means: { flicker: expect.any(Number), subjectFidelity: expect.any(Number) },
  });
  // The recipe's file elsewhere, its picture beside it under its own name.
  const elsewhere = await mkdtemp(join(tmpdir(), 'magdiff-recipe-'));
  await writeFile(join(elsewhere, 'take.json'), JSON.stringify(file));
  expect(await magdiff('remake', join(elsewhere, 'take.json'), '-o', out)).toMatchObject({ code: 'file-missing' });
  await writeFile(join(elsewhere, 'picture.png'), await plainPicture(32, 32, [200, 80, 40]));
  expect(await magdiff('remake', join(elsewhere, 'take.json'), '-o', out)).toMatchObject({ framesSha256 });
  await rm(elsewhere, { recursive: true });
});
