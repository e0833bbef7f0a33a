import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import type { MethodInput, MethodName, MethodOutput } from '../../../../electron/contract/methods.ts';
import type { DocumentRecord, TakeRecord } from '../../../../electron/contract/records.ts';
import type { TakeFile } from '../../../../electron/contract/takeRecipe.ts';
import { takeSettings } from '../../../../electron/contract/takeSettings.ts';
import { StudioError } from '../../../../models/errors/studioError.ts';
import type { StudioClient } from '../../../../renderer/client/studioClient.ts';
import { newMask, removeMask } from '../../../../renderer/editor/maskCommands.ts';
import { StateStore } from '../../../../renderer/editor/stateStore.ts';
import { Messages } from '../../../../renderer/project/messages.ts';
import { OpenProject } from '../../../../renderer/project/openProject.ts';
import { squareMask } from '../../../fixtures/maskRecords.ts';
import { clipRecord } from '../../../fixtures/projectRecords.ts';

type Answers = { [M in MethodName]?: (input: MethodInput<M>) => Promise<MethodOutput<M>> };

const settings = takeSettings.parse({ task: 'generate', prompt: 'it jumps', seed: 1 });
const scribble = {
  kind: 'stroke' as const,
  mode: 'paint' as const,
  radius: 4,
  hardness: 1,
  points: [5, 5, 1, 9, 9, 1],
};
const scribbles = (sourceId: string, frameIndex: number) => ({ sourceId, frameIndex, strokes: [scribble] });
const region = { kind: 'region' as const, mode: 'paint' as const, width: 2, height: 2, runs: [0, 4] };

const source = (id: string) =>
  clipRecord(id, { width: 32, height: 32, frameCount: 20, framesPerSecond: 8, outFrame: 20 });

const take: TakeRecord = {
  kind: 'take',
  id: 'take',
  name: 'Take 1',
  createdAt: '',
  starred: false,
  recipe: {
    settings: { ...settings, prompt: 'it floats' },
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

const drawing = { width: 32, height: 32, growPixels: 0, featherPixels: 0, keys: [] };
const takeFile: TakeFile = {
  format: 'magdiff-take',
  version: 2,
  recipe: take.recipe,
  drawing,
  result: { framesSha256: '', frameCount: 8, width: 32, height: 32, framesPerSecond: 8 },
  output: null,
};

const records: DocumentRecord[] = [
  { kind: 'project', id: 'project', name: 'P', createdAt: '', framesPerSecond: 8 },
  { kind: 'setup', id: 'setup', modelId: 'tiny', settings },
  { kind: 'view', id: 'view', sourceId: 'one', maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
  source('one'),
  source('two'),
  { kind: 'item', id: 'i1', track: 'source', targetId: 'one', startFrame: 0, lengthFrames: 20, inFrame: 0 },
  { kind: 'item', id: 'i2', track: 'source', targetId: 'two', startFrame: 20, lengthFrames: 20, inFrame: 0 },
  take,
];

let messages: Messages;
let offered: string[];
let calls: { method: MethodName; input: unknown }[];

/** A project over a client that answers as told, and with nothing where it is not. */
function open(answers: Answers = {}, unsaved?: ConstructorParameters<typeof OpenProject>[2]): OpenProject {
  const client: StudioClient = {
    call: async (method, input) => {
      calls.push({ method, input });
      const answer = answers[method];
      // What is not answered here is never looked at.
      return answer ? answer(input) : ({ words: [] } as never);
    },
    upload: async () => 'upload-00000000',
  };
  const info = { version: '0', workspace: '', models: [], desktop: false };
  const models = new StateStore({ list: info.models });
  const offerModelFiles = async (files: readonly File[]): Promise<void> => {
    offered.push(...files.map(({ name }) => name));
  };
  return new OpenProject(
    { client, windowId: 'w', info, models, messages, showModels: () => undefined, offerModelFiles },
    { projectId: 'p', sequence: 0, writer: true, records, jobs: [], missingSourceIds: [], recovery: null },
    unsaved,
  );
}

const answerTo = (requestId: string): StudioEvent => ({
  type: 'smartSelect',
  requestId,
  operation: region,
  error: null,
});
const requestIds = (): string[] =>
  calls.flatMap(({ input }) =>
    typeof input === 'object' && input && 'requestId' in input ? [String(input.requestId)] : [],
  );
const strokesAt = (project: OpenProject) =>
  project.editor.document.all('stroke').map((stroke) => {
    const key = project.editor.document.get('maskKey', stroke.keyId);
    const mask = project.editor.document.get('mask', key?.maskId);
    return `${mask?.sourceId}/${mask?.id}@${key?.frameIndex}: ${stroke.operation.kind}`;
  });

beforeEach(() => {
  calls = [];
  messages = new Messages();
  offered = [];
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  vi.stubGlobal(
    'Audio',
    class {
      pause(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

describe('a smart selection', () => {
  it('lands on the frame and medium it was asked for, whatever is shown when it answers', async () => {
    const project = open();
    await project.smartSelect.ask(scribbles('one', 3));
    project.view.showSource('two');
    project.editor.session.set({ playhead: 25 });
    project.receive(answerTo(requestIds()[0] ?? ''));
    expect(strokesAt(project)).toEqual([expect.stringMatching(/^one\/.*@3: region$/)]);
    expect(project.editor.view).toMatchObject({ sourceId: 'two', maskId: null });
    expect(project.state.state.smartBusy).toBe(false);
  });

  it('lands on the mask it was asked for, and nowhere where that is gone', async () => {
    const project = open();
    const first = { ...newMask(source('one'), 'First'), id: 'first' };
    project.editor.add('New mask', first, { ...newMask(source('one'), 'Other'), id: 'other' });
    project.editor.look({ maskId: 'first' });
    await project.smartSelect.ask(scribbles('one', 0));
    project.editor.look({ maskId: 'other' });
    project.receive(answerTo(requestIds()[0] ?? ''));
    expect(strokesAt(project)).toEqual(['one/first@0: region']);
    project.editor.look({ maskId: 'first' });
    await project.smartSelect.ask(scribbles('one', 0));
    removeMask(project.editor, first);
    project.receive(answerTo(requestIds()[1] ?? ''));
    expect(strokesAt(project)).toEqual([]);
  });

  it('hears no answer to a question that a newer one has replaced', async () => {
    const project = open();
    await project.smartSelect.ask(scribbles('one', 0));
    await project.smartSelect.ask(scribbles('one', 5));
    project.receive(answerTo(requestIds()[0] ?? ''));
    expect(strokesAt(project)).toEqual([]);
    project.receive(answerTo(requestIds()[1] ?? ''));
    expect(strokesAt(project)).toEqual([expect.stringMatching(/@5: region$/)]);
  });

  it('is over when asking fails', async () => {
    const project = open({ 'masks.smartSelect': () => Promise.reject(new StudioError('internal', 'No.')) });
    await project.smartSelect.ask(scribbles('one', 0));
    expect(project.state.state.smartBusy).toBe(false);
    expect(project.editor.session.state.scribbles).toBeNull();
    expect(messages.state.state.shown).toMatchObject([{ kind: 'error', text: 'No.' }]);
  });
});

describe('recalling a take', () => {
  it('leaves no gesture open and nothing changed where its mask cannot be read', async () => {
    const project = open({ 'takes.file': () => Promise.reject(new StudioError('asset-missing', 'Gone.')) });
    await messages.attempt(() => project.takes.recallTake(take));
    expect(messages.state.state.shown).toMatchObject([{ kind: 'error', text: 'Gone.' }]);
    expect(project.editor.history.isGesturing).toBe(false);
    expect(project.editor.history.undoLabel).toBeUndefined();
    expect(project.editor.setup?.settings.prompt).toBe('it jumps');
  });

  it('is one step: settings, and the mask where it is gone', async () => {
    const project = open({ 'takes.file': async () => takeFile });
    await project.takes.recallTake(take);
    expect(project.editor.setup?.settings.prompt).toBe('it floats');
    expect(project.editor.view?.maskId).toBe(project.editor.document.all('mask')[0]?.id);
    expect(project.editor.undo()).toBe('Use settings again');
    expect(project.editor.setup?.settings.prompt).toBe('it jumps');
    expect(project.editor.document.all('mask')).toEqual([]);
  });
});

describe('a recipe dropped on the project', () => {
  const dropped = (content: unknown) => new File([JSON.stringify(content)], 'beach.take.json');

  it('fills the inspector, with its source found by content and its mask', async () => {
    const project = open();
    const recipe = { ...take.recipe, source: { ...take.recipe.source, sourceId: null } };
    await project.receiveFiles([dropped({ ...takeFile, recipe })]);
    expect(project.editor.setup?.settings.prompt).toBe('it floats');
    expect(project.editor.view?.sourceId).toBe('one');
    expect(project.editor.document.all('mask').map(({ name }) => name)).toEqual(['beach']);
  });

  it('of the first version fills the settings and says which source it wants', async () => {
    const project = open();
    const first = {
      format: 'magdiff-take',
      version: 1,
      inputs: { kind: 'generate', picture: { path: 'pictures/cat.png', sha256: 'c'.repeat(64) } },
      settings: { ...settings, prompt: 'it spins' },
      model: { name: 'tiny', folder: 'tiny', hash: '' },
    };
    await project.receiveFiles([dropped(first)]);
    expect(project.editor.setup?.settings.prompt).toBe('it spins');
    expect(messages.state.state.shown.at(-1)?.text).toMatch(/cat\.png is not in this project/);
  });

  it('that is none is told and changes nothing', async () => {
    const project = open();
    await project.receiveFiles([dropped({ format: 'something else' })]);
    expect(messages.state.state.shown.at(-1)?.text).toMatch(/beach\.take\.json is not a take’s recipe/);
    expect(project.editor.setup?.settings.prompt).toBe('it jumps');
  });
});

describe('an open project', () => {
  it('takes files of models for what they are, and for no pictures', async () => {
    const project = open();
    const names = ['a.safetensors', 'B.CKPT', 'c.pt', 'd.pth'];
    await project.receiveFiles(names.map((name) => new File(['x'], name)));
    expect(offered).toEqual(names);
    expect(calls.map(({ method }) => method)).not.toContain('sources.import');
  });

  it('hears no events of other projects', () => {
    const project = open();
    const diff = { added: squareMask('one', { x: 0, y: 0, side: 4 }), updated: [], removed: [] };
    project.receive({ type: 'document', projectId: 'q', windowId: 'studio', sequence: 1, diff });
    expect(project.editor.document.all('mask')).toHaveLength(0);
    project.receive({ type: 'document', projectId: 'p', windowId: 'studio', sequence: 1, diff });
    expect(project.editor.document.all('mask')).toHaveLength(1);
  });

  it('gives back what could not be saved, and sends it again when it is opened anew', async () => {
    let isReachable = false;
    const answers: Answers = {
      'document.apply': async () => {
        if (!isReachable) throw new StudioError('internal', 'The studio does not answer.');
        return { sequence: 1 };
      },
    };
    const project = open(answers);
    project.editor.updateSettings('Seed', { seed: 7 });
    await project.flush();
    const unsaved = project.dispose();
    expect(unsaved.updated).toHaveLength(1);
    project.editor.updateSettings('Seed', { seed: 8 });
    expect(project.editor.setup?.settings.seed).toBe(7);
    isReachable = true;
    calls = [];
    const again = open(answers, unsaved);
    expect(again.editor.setup?.settings.seed).toBe(7);
    await again.flush();
    expect(calls.filter(({ method }) => method === 'document.apply').map(({ input }) => input)).toMatchObject([
      { projectId: 'p', diff: { updated: [[{}, { settings: { seed: 7 } }]] } },
    ]);
  });
});
