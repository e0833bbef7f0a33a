import { describe, expect, it } from 'vitest';
import { jobView } from '../../../../electron/contract/jobs.ts';
import type { TakeFile } from '../../../../electron/contract/takeRecipe.ts';
import { StudioError } from '../../../../models/errors/studioError.ts';
import { squareMask } from '../../../fixtures/maskRecords.ts';
import { type Answers, projectBench, projectSettings, smallTake } from './projectBench.ts';

const bench = projectBench();
const drawing = { width: 32, height: 32, growPixels: 0, featherPixels: 0, keys: [] };
const takeFile: TakeFile = {
  format: 'magdiff-take',
  version: 2,
  recipe: smallTake.recipe,
  drawing,
  result: { framesSha256: '', frameCount: 8, width: 32, height: 32, framesPerSecond: 8 },
  output: null,
};

describe('recalling a take', () => {
  it('leaves no gesture open and nothing changed where its mask cannot be read', async () => {
    const project = bench.open({ 'takes.file': () => Promise.reject(new StudioError('asset-missing', 'Gone.')) });
    await bench.messages.attempt(() => project.takes.recallTake(smallTake));
    expect(bench.messages.state.state.shown).toMatchObject([{ kind: 'error', text: 'Gone.' }]);
    expect(project.editor.history.isGesturing).toBe(false);
    expect(project.editor.history.undoLabel).toBeUndefined();
    expect(project.editor.setup?.settings.prompt).toBe('it jumps');
  });

  it('is one step: settings, and the mask where it is gone', async () => {
    const project = bench.open({ 'takes.file': async () => takeFile });
    await project.takes.recallTake(smallTake);
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
    const project = bench.open();
    const recipe = { ...smallTake.recipe, source: { ...smallTake.recipe.source, sourceId: null } };
    await project.receiveFiles([dropped({ ...takeFile, recipe })]);
    expect(project.editor.setup?.settings.prompt).toBe('it floats');
    expect(project.editor.view?.sourceId).toBe('one');
    expect(project.editor.document.all('mask').map(({ name }) => name)).toEqual(['beach']);
  });

  it('of the first version fills the settings and says which source it wants', async () => {
    const project = bench.open();
    const first = {
      format: 'magdiff-take',
      version: 1,
      inputs: { kind: 'generate', picture: { path: 'pictures/cat.png', sha256: 'c'.repeat(64) } },
      settings: { ...projectSettings, prompt: 'it spins' },
      model: { name: 'tiny', folder: 'tiny', hash: '' },
    };
    await project.receiveFiles([dropped(first)]);
    expect(project.editor.setup?.settings.prompt).toBe('it spins');
    expect(bench.messages.state.state.shown.at(-1)?.text).toMatch(/cat\.png is not in this project/);
  });

  it('that is none is told and changes nothing', async () => {
    const project = bench.open();
    await project.receiveFiles([dropped({ format: 'something else' })]);
    expect(bench.messages.state.state.shown.at(-1)?.text).toMatch(/beach\.take\.json is not a take’s recipe/);
    expect(project.editor.setup?.settings.prompt).toBe('it jumps');
  });
});

describe('an open project', () => {
  it('takes files of models for what they are, and for no pictures', async () => {
    const project = bench.open();
    const names = ['a.safetensors', 'B.CKPT', 'c.pt', 'd.pth'];
    await project.receiveFiles(names.map((name) => new File(['x'], name)));
    expect(bench.offered).toEqual(names);
    expect(bench.calls.map(({ method }) => method)).not.toContain('sources.import');
  });

  it('hears no events of other projects', () => {
    const project = bench.open();
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
    const project = bench.open(answers);
    project.editor.updateSettings('Seed', { seed: 7 });
    await project.flush();
    const unsaved = project.dispose();
    expect(unsaved.added).toHaveLength(1);
    project.editor.updateSettings('Seed', { seed: 8 });
    expect(project.editor.setup?.settings.seed).toBe(7);
    isReachable = true;
    bench.calls = [];
    const again = bench.open(answers, unsaved);
    expect(again.editor.setup?.settings.seed).toBe(7);
    await again.flush();
    expect(bench.calls.filter(({ method }) => method === 'document.apply').map(({ input }) => input)).toMatchObject([
      { projectId: 'p', diff: { added: [{ settings: { seed: 7 } }] } },
    ]);
  });

  it('shows a job’s preview beside what it is made from alone, and a source’s own take with it', () => {
    const project = bench.open();
    project.view.showSource('two');
    expect(project.editor.view).toMatchObject({ sourceId: 'two', takeId: null });
    const sheet = { url: 'x', frameCount: 1, frameWidth: 1, frameHeight: 1, columns: 1 };
    const job = jobView.parse({
      ...{ id: 'j', projectId: 'p', kind: 'generate', live: false, label: '', createdAt: '', state: 'denoising' },
      ...{ step: 0, total: 2, secondsLeft: null, note: '', preview: sheet, takeId: null, sourceId: 'one' },
      ...{ maskId: null, file: null, error: null },
    });
    project.receive({ type: 'job', job });
    expect(project.editor.session.state).toMatchObject({ viewMode: 'source', livePreview: { sourceId: 'one' } });
    project.view.showSource('one');
    expect(project.editor.view?.takeId).toBe('take');
    project.receive({ type: 'job', job: { ...job, step: 1 } });
    expect(project.editor.session.state.viewMode).toBe('sideBySide');
  });
});
