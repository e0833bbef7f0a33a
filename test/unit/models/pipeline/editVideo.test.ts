import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { editVideo } from '../../../../models/pipeline/editVideo.ts';
import { type ClipFrame, keptMask } from '../../../../models/pipeline/subject/clipFrame.ts';
import type { TakeParameters } from '../../../../models/pipeline/takeParameters.ts';
import { folderRunStore } from '../../../../models/weights/runStore.ts';
import { standInModel } from '../../../fixtures/models/standInModel.ts';
import { collect, edit } from '../../../fixtures/pipelineTakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-pipeline-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const context = (signal?: AbortSignal) => ({ store: folderRunStore(folder), signal });

describe('editVideo', () => {
  async function differences(changes: Partial<TakeParameters>) {
    const request = edit(changes);
    const { pictures } = await collect(editVideo(standInModel().model, request, context()));
    const sources: ClipFrame[] = [];
    for await (const frame of request.clip.read()) sources.push(frame);
    return { pictures, sources, request };
  }

  test.each([
    ['subject', 0],
    ['subject', 5],
    ['rest', 0],
    ['rest', 5],
  ] as const)('keeping the %s with a feather of %i pixels keeps every kept byte', async (keep, featherPixels) => {
    const { pictures, sources } = await differences({ keep, featherPixels });
    expect(pictures).toHaveLength(6);
    let made = 0;
    pictures.forEach((result, index) => {
      const source = sources[index];
      const kept = keptMask(source, keep);
      for (let i = 0; i < kept.length; i++) {
        const same = [0, 1, 2, 3].every(
          (channel) => result.data[i * 4 + channel] === source.picture.data[i * 4 + channel],
        );
        if (kept[i]) expect(same).toBe(true);
        else if (!same) made += 1;
      }
    });
    expect(made).toBeGreaterThan(1000);
  });

  test('beyond the feather band nothing of the source is left over', async () => {
    const narrow = await differences({ featherPixels: 0 });
    const wide = await differences({ featherPixels: 4 });
    const kept = keptMask(narrow.sources[0], 'subject');
    let same = 0;
    let mixed = 0;
    for (let i = 0; i < kept.length; i++) {
      if (kept[i]) continue;
      const equal = [0, 1, 2].every(
        (channel) => narrow.pictures[0].data[i * 4 + channel] === wide.pictures[0].data[i * 4 + channel],
      );
      if (equal) same += 1;
      else mixed += 1;
    }
    expect(mixed).toBeGreaterThan(20);
    expect(same).toBeGreaterThan(mixed);
  });

  test('strength, inversion and resuming work on a clip longer than the window', async () => {
    for (const changes of [{ strength: 0.6 }, { strength: 0.6, inversion: true }]) {
      await rm(folder, { recursive: true, force: true });
      const { pictures } = await collect(editVideo(standInModel().model, edit(changes), context()));
      expect(pictures).toHaveLength(6);
      expect(pictures[0]).toMatchObject({ width: 50, height: 34 });
    }
  });

  test('inversion with another sampler than DDIM is a usage error', async () => {
    await expect(
      collect(editVideo(standInModel().model, edit({ inversion: true, sampler: 'euler' }), context())),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});
