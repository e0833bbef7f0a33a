import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MethodName, MethodOutput } from '../../../../electron/contract/methods.ts';
import { StudioError } from '../../../../models/errors/studioError.ts';
import type { Studio } from '../../../../renderer/app/studio.ts';
import type { StudioClient } from '../../../../renderer/client/studioClient.ts';
import { emptyProject } from '../../../fixtures/projectRecords.ts';

let calls: string[];
let saved: unknown[];
let failing: Set<MethodName>;
let tell: (event: object) => void;
let studio: Studio;

/** A studio's answers: two projects, and nothing else to offer. */
const client: StudioClient = {
  call: async (method, input) => {
    const projectId = 'projectId' in input ? String(input.projectId) : '';
    calls.push(`${method} ${projectId}`.trim());
    if (failing.has(method)) throw new StudioError('internal', 'The studio does not answer.');
    if ('diff' in input) saved.push(input.diff);
    const answers: { [M in MethodName]?: MethodOutput<M> } = {
      'studio.info': {
        ...{ version: '1', workspace: '', models: [], desktop: false },
        ...{ follower: null, queue: null, modelsFolder: '' },
      },
      'studio.device': { provider: 'cpu', precision: 'float32', holdsValues: false, name: 'test', warnings: [] },
      'projects.list': { projects: [] },
      'projects.open': {
        ...{
          projectId,
          sequence: 0,
          writer: true,
          records: [...emptyProject],
          jobs: [],
          missingSourceIds: [],
          recovery: null,
        },
      },
      'document.apply': { sequence: 1 },
    };
    // What is not answered here is never looked at.
    return (answers[method] ?? {}) as never;
  },
  upload: async () => 'upload-00000000',
};

beforeEach(async () => {
  [calls, saved, failing] = [[], [], new Set()];
  vi.stubGlobal('window', {});
  vi.stubGlobal('location', { hash: '#project=one' });
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('PerformanceNavigationTiming', class {});
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  vi.stubGlobal(
    'Audio',
    class {
      pause(): void {}
    },
  );
  vi.stubGlobal(
    'EventSource',
    class {
      onmessage: (message: { data: string }) => void = () => undefined;
      constructor() {
        tell = (event) => this.onmessage({ data: JSON.stringify(event) });
      }
    },
  );
  // Looks for the desktop's bridge as it is read.
  const { Studio } = await import('../../../../renderer/app/studio.ts');
  studio = await Studio.start(client);
});
afterEach(() => vi.unstubAllGlobals());

const project = () => {
  const { project: open } = studio.state.state;
  if (!open) throw new Error('no project');
  return open;
};

describe('the studio of a window', () => {
  it('opens the project its address names, and lists all where that fails', async () => {
    expect([project().id, location.hash]).toEqual(['one', 'project=one']);
    failing.add('projects.open');
    location.hash = '#project=one';
    const { Studio } = await import('../../../../renderer/app/studio.ts');
    const other = await Studio.start(client);
    expect(other.state.state).toMatchObject({ project: null, projects: [] });
    expect(other.messages.state.state.shown).toMatchObject([{ text: 'The studio does not answer.' }]);
  });

  it('leaves one project before it shows another: nothing done to the old one is sent any more', async () => {
    const one = project();
    one.editor.updateSettings('Seed', { seed: 5 });
    await studio.openProject('two');
    expect(calls).toContain('projects.close one');
    expect(project().id).toBe('two');
    expect(saved).toHaveLength(1);
    one.editor.updateSettings('Seed', { seed: 6 });
    await one.flush();
    expect(saved).toHaveLength(1);
  });

  it('hears nothing more of a project it is leaving: it looks the same until the other is there', async () => {
    const one = project();
    const opening = studio.openProject('two');
    await vi.waitFor(() => expect(calls).toContain('projects.close one'));
    one.receive({ type: 'writer', projectId: 'one', windowId: null });
    expect(one.editor.session.state.writer).toBe(true);
    await opening;
  });

  it('reads a project anew after a gap, with what could not be saved meanwhile', async () => {
    failing.add('document.apply');
    project().editor.updateSettings('Seed', { seed: 5 });
    await project().flush();
    failing.clear();
    const before = project();
    tell({ type: 'gap' });
    await vi.waitFor(() => expect(project()).not.toBe(before));
    await project().flush();
    expect(project().editor.setup?.settings.seed).toBe(5);
    expect(saved).toHaveLength(1);
  });

  it('lets a project be looked at that cannot be read anew, and tries again when asked', async () => {
    failing.add('projects.open');
    await studio.messages.attempt(() => studio.openProject('one'));
    expect(project().editor.session.state.writer).toBe(false);
    failing.clear();
    await studio.openProject('one', true);
    expect(project().editor.session.state.writer).toBe(true);
  });

  it('goes back to the list', async () => {
    await studio.showStart();
    expect(studio.state.state.project).toBeNull();
    expect([location.hash, calls.filter((call) => call === 'projects.close one').length]).toEqual(['', 1]);
  });
});
