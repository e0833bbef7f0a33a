import { expect } from 'vitest';
import type { DocumentRecord } from '../../../electron/contract/records.ts';
import { squareMask } from '../../fixtures/maskRecords.ts';
import { plainPicture, type startTestStudio } from './standIns.ts';

type TestStudio = Awaited<ReturnType<typeof startTestStudio>>;

/** A project that the window w1 has open. */
export async function newProject(test: TestStudio, name = 'Trial'): Promise<string> {
  const projectId = String((await test.call('projects.create', { name })).body.projectId);
  await test.call('projects.open', { projectId, windowId: 'w1' });
  return projectId;
}

/** A project with a picture whose middle is marked as the subject. */
export async function projectWithSubject(test: TestStudio) {
  const projectId = await newProject(test);
  const uploadId = await test.upload(await plainPicture(32, 32, [200, 50, 50]));
  const { body } = await test.call('sources.import', { projectId, uploadId, name: 'subject.png' });
  const source = body.source as DocumentRecord & { assetId: string };
  await test.call('document.apply', {
    projectId,
    windowId: 'w1',
    diff: { added: [source, ...squareMask(source.id, { x: 8, y: 8, side: 16 })], updated: [], removed: [] },
  });
  const request = {
    modelId: 'tiny',
    settings: { task: 'generate', prompt: 'a red ball', seed: 1 },
    sourceId: source.id,
    maskId: 'm',
    frameIndex: 0,
    inFrame: 0,
    outFrame: 1,
  };
  return { projectId, source, request };
}

/** Waits until the condition holds. */
export const until = async (condition: () => boolean): Promise<void> => {
  for (let wait = 0; wait < 200 && !condition(); wait++) await new Promise((done) => setTimeout(done, 20));
  expect(condition()).toBe(true);
};
