import { describe, expect, it } from 'vitest';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import { StudioError } from '../../../../models/errors/studioError.ts';
import type { RegionPrompt } from '../../../../models/masks/maskDrawing.ts';
import { newMask, removeMask } from '../../../../renderer/editor/maskCommands.ts';
import type { OpenProject } from '../../../../renderer/project/openProject.ts';
import { projectBench, smallClip } from './projectBench.ts';

const bench = projectBench();
const scribble = {
  kind: 'stroke' as const,
  mode: 'paint' as const,
  radius: 4,
  hardness: 1,
  points: [5, 5, 1, 9, 9, 1],
};
const scribbles = (sourceId: string, frameIndex: number) => ({ sourceId, frameIndex, strokes: [scribble] });
const region = { kind: 'region' as const, mode: 'paint' as const, width: 2, height: 2, runs: [0, 4] };

const answerTo = (requestId: string): StudioEvent => ({
  type: 'smartSelect',
  requestId,
  operation: region,
  error: null,
});
const requestIds = (): string[] =>
  bench.calls.flatMap(({ input }) =>
    typeof input === 'object' && input && 'requestId' in input ? [String(input.requestId)] : [],
  );
const strokesAt = (project: OpenProject) =>
  project.editor.document.all('stroke').map((stroke) => {
    const key = project.editor.document.get('maskKey', stroke.keyId);
    const mask = project.editor.document.get('mask', key?.maskId);
    return `${mask?.sourceId}/${mask?.id}@${key?.frameIndex}: ${stroke.operation.kind}`;
  });

describe('a smart selection', () => {
  it('lands on the frame and medium it was asked for, whatever is shown when it answers', async () => {
    const project = bench.open();
    await project.smartSelect.ask(scribbles('one', 3));
    project.view.showSource('two');
    project.editor.session.set({ playhead: 25 });
    project.receive(answerTo(requestIds()[0] ?? ''));
    expect(strokesAt(project)).toEqual([expect.stringMatching(/^one\/.*@3: region$/)]);
    expect(project.editor.view).toMatchObject({ sourceId: 'two', maskId: null });
    expect(project.state.state.smartBusy).toBe(false);
  });

  it('lands on the mask it was asked for, and nowhere where that is gone', async () => {
    const project = bench.open();
    const first = { ...newMask(smallClip('one'), 'First'), id: 'first' };
    project.editor.add('New mask', first, { ...newMask(smallClip('one'), 'Other'), id: 'other' });
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
    const project = bench.open();
    await project.smartSelect.ask(scribbles('one', 0));
    await project.smartSelect.ask(scribbles('one', 5));
    project.receive(answerTo(requestIds()[0] ?? ''));
    expect(strokesAt(project)).toEqual([]);
    project.receive(answerTo(requestIds()[1] ?? ''));
    expect(strokesAt(project)).toEqual([expect.stringMatching(/@5: region$/)]);
  });

  it('is over when asking fails', async () => {
    const project = bench.open({ 'masks.smartSelect': () => Promise.reject(new StudioError('internal', 'No.')) });
    await project.smartSelect.ask(scribbles('one', 0));
    expect(project.state.state.smartBusy).toBe(false);
    expect(project.editor.session.state.scribbles).toBeNull();
    expect(bench.messages.state.state.shown).toMatchObject([{ kind: 'error', text: 'No.' }]);
  });
});

describe('a smart click', () => {
  const point = (x: number, adds = true, begins = false) => ({ kind: 'point' as const, x, y: 4, adds, begins });
  const prompts = () =>
    bench.calls.flatMap(({ method, input }) =>
      method === 'masks.click' && typeof input === 'object' && input && 'prompt' in input ? [input.prompt] : [],
    );
  /** Answers every click at once with a region as wide as it has clicks. */
  function openClicking(): OpenProject {
    const project: OpenProject = bench.open({
      'masks.click': async (input) => {
        const { requestId, prompt } = input as { requestId: string; prompt: RegionPrompt };
        const runs = [0, prompt.points.length + 1];
        const operation = { kind: 'region' as const, mode: 'paint' as const, width: 40, height: 20, runs, prompt };
        setTimeout(() => project.receive({ type: 'smartSelect', requestId, operation, error: null }));
        return {};
      },
    });
    return project;
  }
  const regions = (project: OpenProject) =>
    project.editor.document
      .all('stroke')
      .map(({ operation }) =>
        operation.kind === 'region' ? [operation.mode, operation.runs[1], operation.prompt?.points.length] : [],
      );

  it('goes on from the last on its frame, each a step of its own', async () => {
    const project = openClicking();
    const clicks = [point(1), point(2), point(3, false)].map((gesture) =>
      project.smartSelect.click(smallClip('one'), 3, gesture),
    );
    await Promise.all(clicks);
    expect(prompts().at(-1)).toMatchObject({ points: [{ adds: true }, { adds: true }, { adds: false }], box: null });
    expect(regions(project)).toEqual([['paint', 4, 3]]);
    project.editor.undo();
    expect(regions(project)).toEqual([['paint', 3, 2]]);
    project.editor.undo();
    expect(regions(project)).toEqual([['paint', 2, 1]]);
    // What is taken back is no part of the next click.
    await project.smartSelect.click(smallClip('one'), 3, point(9));
    expect(regions(project)).toEqual([['paint', 3, 2]]);
    project.editor.undo();
    project.editor.undo();
    expect(regions(project)).toEqual([]);
  });

  it('begins another region with Shift, a box, or on another frame, and takes away what is clicked with Alt alone', async () => {
    const project = openClicking();
    await project.smartSelect.click(smallClip('one'), 3, point(1));
    await project.smartSelect.click(smallClip('one'), 3, point(2, true, true));
    await project.smartSelect.click(smallClip('one'), 3, { kind: 'box', box: [1, 2, 3, 4] });
    expect(prompts().at(-1)).toEqual({ points: [], box: [1, 2, 3, 4] });
    expect(regions(project)).toHaveLength(3);
    project.editor.remove('Delete', ...project.editor.document.all('stroke'));
    await project.smartSelect.click(smallClip('one'), 3, point(2, false));
    expect(prompts().at(-1)).toMatchObject({ points: [{ adds: true }] });
    expect(regions(project)).toEqual([['erase', 2, 1]]);
  });

  it('says what went wrong and lets the next click through', async () => {
    const project = bench.open({ 'masks.click': () => Promise.reject(new StudioError('model-missing', 'Gone.')) });
    await project.smartSelect.click(smallClip('one'), 3, point(1));
    await project.smartSelect.click(smallClip('one'), 3, point(1));
    expect(bench.messages.state.state.shown).toMatchObject([{ kind: 'error', text: 'Gone.' }]);
    expect(project.state.state.smartBusy).toBe(false);
  });

  it('has its frame encoded ahead, once', async () => {
    const project = bench.open();
    await project.smartSelect.prepare(smallClip('one'), 3);
    await project.smartSelect.prepare(smallClip('one'), 3);
    expect(bench.calls.filter(({ method }) => method === 'masks.prepareClick')).toHaveLength(1);
    expect(project.state.state.clickFrame?.isReady).toBe(false);
    project.receive({ type: 'clickReady', projectId: 'p', sourceId: 'one', frameIndex: 3, error: null });
    expect(project.state.state.clickFrame?.isReady).toBe(true);
  });
});
