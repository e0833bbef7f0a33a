import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildFaultyStudio } from '../../../build/chaos/buildFaultyStudio.ts';
import { startRemote } from '../../../build/chaos/remoteStudio.ts';
import { projectFile } from '../../../electron/contract/projectFile.ts';
import type { DocumentRecord } from '../../../electron/contract/records.ts';
import { hashFile } from '../../../electron/services/projects/store/assetStore.ts';
import { squareMask } from '../../fixtures/maskRecords.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';
import { barePage, plainPicture } from '../server/standIns.ts';

const marker = (id: string, frameIndex: number): DocumentRecord => ({
  kind: 'marker',
  id,
  frameIndex,
  label: id,
  colour: 'green',
});

/** Every file of a project: project.json parses, each asset hashes to its name. */
async function expectNothingTorn(folder: string): Promise<void> {
  projectFile.parse(JSON.parse(await readFile(join(folder, 'project.json'), 'utf8')));
  const assets = join(folder, 'assets');
  for (const group of await readdir(assets)) {
    if (!/^[0-9a-f]{2}$/.test(group)) continue;
    for (const id of await readdir(join(assets, group))) expect(await hashFile(join(assets, group, id))).toBe(id);
  }
}

describe('a studio killed at any moment', () => {
  it('has every answered gesture, resumes its job, and tears no file', { timeout: 600_000 }, async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'magdiff-killed-'));
    const models = await mkdtemp(join(tmpdir(), 'magdiff-killed-models-'));
    await writeTinyModel(join(models, 'tiny'));
    const args = [workspace, models, await barePage(), join(models, 'cache')];
    const script = await buildFaultyStudio();
    let studio = await startRemote(script, args);
    const projectId = String((await studio.call('projects.create', { name: 'Killed' })).projectId);
    await studio.call('projects.open', { projectId, windowId: 'w' });
    const uploadId = await studio.upload(await plainPicture(32, 32, [200, 40, 40]));
    const { source } = await studio.call('sources.import', { projectId, uploadId, name: 'p.png' });
    const sourceId = (source as DocumentRecord).id;
    const diff = (added: unknown[]) => ({ added, updated: [], removed: [] });
    await studio.call('document.apply', {
      projectId,
      windowId: 'w',
      diff: diff([source, ...squareMask(sourceId, { x: 6, y: 6, side: 20 })]),
    });
    const request = (seed: number) => ({
      modelId: 'tiny',
      settings: { task: 'generate', prompt: 'a', seed, steps: 12, frames: 2 },
      sourceId,
      maskId: 'm',
      frameIndex: 0,
      inFrame: 0,
      outFrame: 1,
    });
    await studio.call('jobs.start', { projectId, windowId: 'w', request: request(1) });
    const answered = new Set<string>();
    const rounds = Number(process.env.MAGDIFF_KILLS ?? 8);
    for (let round = 0; round < rounds; round++) {
      // Gestures go on until the kill, which comes at a moment of its own choosing.
      let alive = true;
      const killing = new Promise<void>((done) =>
        setTimeout(() => void studio.kill().then(done), 40 + ((round * 397) % 900)),
      );
      void killing.then(() => {
        alive = false;
      });
      for (let step = 0; alive; step++) {
        const id = `r${round}-${step}`;
        await studio.call('document.apply', { projectId, windowId: 'w', diff: diff([marker(id, step)]) }).then(
          () => answered.add(id),
          () => undefined,
        );
      }
      await killing;
      studio = await startRemote(script, args);
      const opened = await studio.call('projects.open', { projectId, windowId: 'w' });
      const ids = new Set((opened.records as DocumentRecord[]).map((record) => record.id));
      expect([...answered].filter((id) => !ids.has(id))).toEqual([]);
      await expectNothingTorn(join(workspace, projectId));
    }
    expect(answered.size).toBeGreaterThan(rounds * 3);
    const takes = async (): Promise<DocumentRecord[]> => {
      const opened = await studio.call('projects.open', { projectId, windowId: 'w' });
      return (opened.records as DocumentRecord[]).filter((record) => record.kind === 'take');
    };
    for (let wait = 0; wait < 300 && (await takes()).length === 0; wait++)
      await new Promise((done) => setTimeout(done, 200));
    const [take, ...others] = await takes();
    expect(others).toEqual([]);
    expect(take).toMatchObject({ name: 'Take 1', result: { frameCount: 2 } });
    // The resumed run ends with the very frames of an undisturbed one.
    const before = take?.kind === 'take' ? take.result.framesSha256 : '';
    await studio.call('jobs.start', { projectId, windowId: 'w', request: request(1) });
    for (let wait = 0; wait < 300 && (await takes()).length === 1; wait++)
      await new Promise((done) => setTimeout(done, 200));
    const again = (await takes()).find((record) => record.id !== take?.id);
    expect(again?.kind === 'take' ? again.result.framesSha256 : '').toBe(before);
    await studio.kill();
  });
});
