import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FollowStretch } from '../../../../../electron/contract/masks/followPlan.ts';
import type { FollowResult } from '../../../../../electron/engine/engineProtocol.ts';
import { EventBus } from '../../../../../electron/services/eventBus.ts';
import { keepFollowed } from '../../../../../electron/services/following/followKeeper.ts';
import { OpenProject } from '../../../../../electron/services/projects/openProject.ts';
import { ProjectStore } from '../../../../../electron/services/projects/store/projectStore.ts';
import { MaskSequence } from '../../../../../models/masks/maskSequence.ts';
import { squareMask } from '../../../../fixtures/maskRecords.ts';
import { clipRecord, emptyProject } from '../../../../fixtures/projectRecords.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const root = temporaryFiles().folder;
const size = { width: 32, height: 32 };
let project: OpenProject;
let number = 0;
beforeEach(async () => {
  const folder = join(root, `project-${number++}`);
  await ProjectStore.create(folder, [
    ...emptyProject,
    clipRecord('one'),
    ...squareMask('one', { x: 1, y: 1, side: 4 }),
  ]);
  project = new OpenProject(folder, await ProjectStore.open(folder), new EventBus());
});

/** What a job found between two frames; a frame's mask begins at the pixel of its number plus `shift`. */
async function found(firstFrame: number, endFrame: number, shift = 0): Promise<FollowResult> {
  const stretch: FollowStretch = {
    firstFrame,
    endFrame,
    before: { frameIndex: firstFrame - 1, mark: `m${shift}` },
    after: null,
  };
  const masksPath = join(project.store.folder, `${firstFrame}-${shift}.masks`);
  await mkdir(project.store.folder, { recursive: true });
  const frames = Array.from({ length: endFrame - firstFrame }, (_, index) => firstFrame + index);
  await writeFile(
    masksPath,
    MaskSequence.write(
      size,
      frames.map((frame) => [frame + shift, 1]),
    ),
  );
  const confidence = frames.map((frame) => frame);
  const run = { stretch, firstFrame, endFrame, masksPath, confidence, absent: [firstFrame], cut: null };
  return { follower: 'x', runs: [run] };
}

/** Every frame's first pixel and confidence, by frame. */
async function shown(): Promise<Record<number, [number | undefined, number | undefined]>> {
  const frames: Record<number, [number | undefined, number | undefined]> = {};
  for (const run of project.store.all('followed')) {
    const masks = MaskSequence.read(await project.store.assets.read(run.masksAssetId));
    expect(masks.count).toBe(run.endFrame - run.firstFrame);
    run.confidence.forEach((confidence, index) => {
      frames[run.firstFrame + index] = [masks.runs(index)[0], confidence];
    });
  }
  return frames;
}

describe('what a job has followed', () => {
  it('is kept once, however often it is told', async () => {
    await keepFollowed(project, 'follow-1', 'm', await found(1, 6));
    const before = project.store.all('followed');
    await keepFollowed(project, 'follow-1', 'm', await found(1, 6, 20));
    expect(project.store.all('followed')).toEqual(before);
  });

  it('takes the place of what was there, and leaves what lies outside as it was', async () => {
    await keepFollowed(project, 'follow-1', 'm', await found(1, 9));
    await keepFollowed(project, 'follow-2', 'm', await found(4, 6, 20));
    expect(await shown()).toEqual({
      ...{ 1: [1, 1], 2: [2, 2], 4: [24, 4], 5: [25, 5], 6: [6, 6], 7: [7, 7], 8: [8, 8] },
    });
    expect(
      project.store
        .all('followed')
        .map(({ firstFrame, absent }) => [firstFrame, absent])
        .sort(),
    ).toEqual([
      [1, [1]],
      [4, [4]],
      [6, []],
    ]);
  });

  it('is refused where its mask was deleted meanwhile', async () => {
    const mask = project.store.get('mask', 'm');
    const result = await found(1, 4);
    await project.applyOwn({ added: [], updated: [], removed: [mask] });
    await expect(keepFollowed(project, 'follow-1', 'm', result)).rejects.toThrow(/deleted while it was followed/);
    expect(project.store.all('followed')).toEqual([]);
  });
});
