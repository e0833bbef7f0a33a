import { afterEach, beforeEach, vi } from 'vitest';
import type { MethodInput, MethodName, MethodOutput } from '../../../../electron/contract/methods.ts';
import type { DocumentRecord, TakeRecord } from '../../../../electron/contract/records.ts';
import { takeSettings } from '../../../../electron/contract/takeSettings.ts';
import { firstTracks } from '../../../../electron/contract/timeline/tracks.ts';
import type { StudioClient } from '../../../../renderer/client/studioClient.ts';
import { StateStore } from '../../../../renderer/editor/stateStore.ts';
import { Messages } from '../../../../renderer/project/messages.ts';
import { OpenProject } from '../../../../renderer/project/openProject.ts';
import { clipRecord } from '../../../fixtures/projectRecords.ts';

/** What a project's calls are answered with. */
export type Answers = { [M in MethodName]?: (input: MethodInput<M>) => Promise<MethodOutput<M>> };

/** Settings of its inspector and its take. */
export const projectSettings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1 });

/** A clip of 20 frames, 32×32. */
export const smallClip = (id: string) =>
  clipRecord(id, { width: 32, height: 32, frameCount: 20, framesPerSecond: 8, outFrame: 20 });

/** A take made from a mask that is gone. */
export const smallTake: TakeRecord = {
  kind: 'take',
  id: 'take',
  name: 'Take 1',
  createdAt: '',
  starred: false,
  recipe: {
    settings: { ...projectSettings, prompt: 'it floats' },
    source: {
      sourceId: 'one',
      assetId: 'a'.repeat(64),
      media: 'clip',
      name: 'one',
      frameIndex: 0,
      inFrame: 0,
      outFrame: 8,
      place: null,
    },
    drawingAssetId: 'd'.repeat(64),
    maskId: 'gone',
    maskFile: null,
    model: { id: 'tiny', title: 'Tiny', hash: '' },
    provider: 'cpu',
    studioVersion: '0',
  },
  result: {
    framesAssetId: 'f'.repeat(64),
    firstFrameAssetId: 'f'.repeat(64),
    latentsAssetId: null,
    frameCount: 8,
    width: 32,
    height: 32,
    framesPerSecond: 8,
    framesSha256: '',
    seconds: 1,
  },
};

const records: DocumentRecord[] = [
  { kind: 'project', id: 'project', name: 'P', createdAt: '', framesPerSecond: 8 },
  ...firstTracks,
  { kind: 'setup', id: 'setup', modelId: 'tiny', settings: projectSettings },
  { kind: 'view', id: 'view', sourceId: 'one', maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
  smallClip('one'),
  smallClip('two'),
  { kind: 'item', id: 'i1', trackId: 'track-source', targetId: 'one', startFrame: 0, lengthFrames: 20, inFrame: 0 },
  { kind: 'item', id: 'i2', trackId: 'track-source', targetId: 'two', startFrame: 20, lengthFrames: 20, inFrame: 0 },
  smallTake,
];

/** A project's page over a client that answers as it is told. */
export interface ProjectBench {
  messages: Messages;
  /** What was called, in order. */
  calls: { method: MethodName; input: unknown }[];
  /** Names of model files that were handed over. */
  offered: string[];
  /** Opens the project anew; what is not answered is answered with nothing. */
  open(answers?: Answers, unsaved?: ConstructorParameters<typeof OpenProject>[2]): OpenProject;
}

/** A bench with two clips and a take on the timeline, fresh before each of a file's tests. */
export function projectBench(): ProjectBench {
  const bench: ProjectBench = {
    messages: new Messages(),
    calls: [],
    offered: [],
    open: (answers = {}, unsaved) => {
      const { messages } = bench;
      const client: StudioClient = {
        call: async (method, input) => {
          bench.calls.push({ method, input });
          const answer = answers[method];
          // What is not answered here is never looked at.
          return answer ? answer(input) : ({ words: [] } as never);
        },
        upload: async () => 'upload-00000000',
      };
      const info = {
        version: '0',
        workspace: '',
        models: [],
        desktop: false,
        follower: null,
        queue: null,
        modelsFolder: '',
      };
      const models = new StateStore({ list: info.models });
      const offerModelFiles = async (files: readonly File[]): Promise<void> => {
        bench.offered.push(...files.map(({ name }) => name));
      };
      return new OpenProject(
        { client, windowId: 'w', info, models, messages, showModels: () => undefined, offerModelFiles },
        { projectId: 'p', sequence: 0, writer: true, records, jobs: [], missingSourceIds: [], recovery: null },
        unsaved,
      );
    },
  };
  beforeEach(() => {
    bench.calls = [];
    bench.offered = [];
    bench.messages = new Messages();
    vi.stubGlobal('cancelAnimationFrame', () => undefined);
    vi.stubGlobal(
      'Audio',
      class {
        pause(): void {}
      },
    );
  });
  afterEach(() => vi.unstubAllGlobals());
  return bench;
}
