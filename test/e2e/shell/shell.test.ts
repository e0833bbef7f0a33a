import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRenderer } from '../../../build/buildRenderer.ts';
import { buildShell } from '../../../build/buildShell.ts';
import { EventBus } from '../../../electron/services/eventBus.ts';
import { ProjectLibrary } from '../../../electron/services/projects/projectLibrary.ts';
import { ProjectStore } from '../../../electron/services/projects/store/projectStore.ts';

const root = resolve(import.meta.dirname, '../../..');
const out = join(root, 'dist', 'electronTest');
let child: ChildProcess;
let home: string;
let elsewhere: string;
let nextId = 1;

/** Asks the stand-in something, in the process that runs the shell's own main. */
function ask(command: string, value = ''): Promise<unknown> {
  const id = nextId++;
  return new Promise((done, fail) => {
    const onMessage = (message: { id?: number; result?: unknown; error?: string }): void => {
      if (message.id !== id) return;
      child.off('message', onMessage);
      if (message.error === undefined) done(message.result);
      else fail(new Error(message.error));
    };
    child.on('message', onMessage);
    child.send({ id, command, value });
  });
}

/** In the page: cuts the sample picture's subject out from a scribble, and answers what was found. */
const smartSelect = `(async () => {
  const call = async (method, input) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch('/rpc/' + method, { method: 'POST', headers, body: JSON.stringify(input) });
    return answer.json();
  };
  const projectId = new URLSearchParams(location.hash.slice(1)).get('project');
  const { records } = await call('projects.open', { projectId, windowId: 'test' });
  const source = records.find((record) => record.kind === 'source' && record.media === 'picture');
  const events = new EventSource('/events?window=test');
  const found = new Promise((done) => {
    events.addEventListener('message', ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === 'smartSelect') done(event.operation ?? event.error);
    });
  });
  await new Promise((done) => events.addEventListener('open', done));
  const points = [source.width / 2, source.height / 2, 1, source.width / 2 + 9, source.height / 2, 1];
  const scribbles = [{ kind: 'stroke', mode: 'paint', radius: 9, hardness: 1, points }];
  await call('masks.smartSelect', { projectId, requestId: 'r', sourceId: source.id, frameIndex: 0, scribbles });
  return found;
})()`;

beforeAll(async () => {
  await buildRenderer();
  await buildShell({ folder: out, electron: join(import.meta.dirname, 'standInElectron.ts') });
  home = await mkdtemp(join(tmpdir(), 'magdiff-shell-'));
  elsewhere = join(home, 'Elsewhere');
  await ProjectStore.create(elsewhere, [
    { kind: 'project', id: 'project', name: 'From elsewhere', createdAt: '', framesPerSecond: 8 },
    { kind: 'view', id: 'view', sourceId: null, maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
  ]);
  child = fork(join(out, 'main.js'), ['--workspace', join(home, 'workspace')], {
    env: { ...process.env, STAND_IN_HOME: home, STAND_IN_PORT: join(import.meta.dirname, 'standInPort.mjs') },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise<void>((done, fail) => {
    child.once('exit', (code) => fail(new Error(`The shell ended with ${code}.`)));
    child.on('message', (message: { ready?: boolean }) => {
      if (message.ready) done();
    });
  });
});
afterAll(() => {
  child?.kill('SIGKILL');
});

describe('the desktop shell', () => {
  it('is small, and alone knows electron', async () => {
    let lines = 0;
    const folder = join(root, 'electron', 'shell');
    for (const name of await readdir(folder)) lines += (await readFile(join(folder, name), 'utf8')).split('\n').length;
    expect(lines).toBeLessThan(300);
  });

  it('shows the studio in a sandboxed, isolated window with the small bridge', async () => {
    expect(await ask('options')).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    await ask('text', 'How it works');
    expect(await ask('evaluate', 'Object.keys(window.desktop).sort().join()')).toBe('chooseFolder,folderOf,onCommand');
    expect(await ask('log')).toContain('show');
    expect(await ask('address')).not.toContain('token');
  });

  it('refuses navigation, new windows, permissions and strangers', async () => {
    const before = await ask('address');
    await ask('evaluate', "void setTimeout(() => { location.href = 'https://example.com/'; })");
    await ask('evaluate', "void window.open('https://example.com/')");
    await new Promise((done) => setTimeout(done, 500));
    expect(await ask('address')).toBe(before);
    for (const url of ['https://example.com/licence', 'file:///etc/passwd', 'javascript:alert(1)'])
      expect(await ask('opened', url)).toBe('deny');
    const log = (await ask('log')) as string[];
    expect(log.filter((line) => line.includes('licence') || line.includes('passwd') || line.includes('alert'))).toEqual(
      ['browser https://example.com/licence'],
    );
    expect(await ask('permission', 'camera')).toBe(false);
    expect(await ask('stranger', 'desktop:chooseFolder')).toContain('may not use the desktop bridge');
  });

  it('opens a folder that the native dialog chose', async () => {
    await ask('choose', elsewhere);
    await ask('click', 'Open a folder…');
    await ask('text', 'From elsewhere');
    expect(existsSync(join(elsewhere, 'project.lock'))).toBe(true);
  });

  it('leads the native menu, the system’s files and a second start to the window', async () => {
    await ask('menu', 'Keyboard Shortcuts');
    await ask('text', 'Abandon the gesture');
    await ask('evaluate', "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))");
    await ask('secondInstance');
    expect(await ask('log')).toContain('focus');
    await ask('menu', 'All Projects');
    await ask('text', 'Recent projects');
    await ask('openFile', join(elsewhere, 'project.json'));
    await ask('text', 'From elsewhere');
  });

  it('opens a packed project that the system hands over, which stays as it is', async () => {
    const library = new ProjectLibrary(join(home, 'packing'), new EventBus(), () => [
      { kind: 'project', id: 'project', name: 'From a file', createdAt: '', framesPerSecond: 8 },
      { kind: 'view', id: 'view', sourceId: null, maskId: null, takeId: null, compareTakeId: null, playheadFrame: 0 },
    ]);
    await library.start();
    const { path } = await library.pack(await library.create('From a file'));
    const packed = join(home, 'A file.magdiff');
    await rename(path, packed);
    await library.close();
    await ask('secondInstance', packed);
    await ask('text', 'From a file');
    expect(existsSync(packed)).toBe(true);
    expect(await readdir(home)).not.toContain('A file.magdiff-unpacked');
    await writeFile(join(home, 'broken.magdiff'), 'no');
    await ask('openFile', join(home, 'broken.magdiff'));
    await ask('text', 'is not a packed MagDiff project');
    await ask('text', 'From a file');
  });

  it('computes in processes of Electron’s own, since it cannot run as Node', { timeout: 120_000 }, async () => {
    const device = await ask(
      'evaluate',
      "fetch('/rpc/studio.device', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((answer) => answer.json())",
    );
    expect(device).toMatchObject({ provider: 'cpu' });
    expect(await ask('log')).toContain('utility MagDiff engine');
    await ask('menu', 'All Projects');
    await ask('click', 'Open the sample');
    await ask('text', 'Media');
    expect(await ask('evaluate', smartSelect)).toMatchObject({ kind: 'region' });
    expect(await ask('log')).toContain('utility MagDiff pixels');
  });

  it('follows no redirect elsewhere', async () => {
    expect(await ask('redirect', 'https://example.com/')).toBe(true);
    expect(await ask('redirect', String(await ask('address')))).toBe(false);
  });

  it('brings a page that crashed back to its project, says so, and asks when it goes on crashing', async () => {
    const reloads = async (): Promise<number> =>
      ((await ask('log')) as string[]).filter((line) => line === 'reload').length;
    await ask('openFile', join(elsewhere, 'project.json'));
    await ask('text', 'From elsewhere');
    await ask('gone', 'clean-exit');
    expect(await reloads()).toBe(0);
    await ask('gone', 'crashed');
    await ask('text', 'The window had stopped');
    await ask('text', 'From elsewhere');
    await ask('graphicsGone', 'crashed');
    await ask('text', 'The graphics process stopped');
    await ask('answer', 'Wait');
    await ask('unresponsive');
    await ask('gone', 'oom');
    expect(await reloads()).toBe(2);
    await ask('answer', 'Load it again');
    await ask('gone', 'crashed');
    const log = (await ask('log')) as string[];
    expect(log.filter((line) => line.startsWith('asked'))).toEqual([
      'asked: The window does not answer.',
      'asked: The window keeps stopping.',
    ]);
    await ask('text', 'The window had stopped');
  });

  it('writes everything down before it quits', async () => {
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    child.send({ id: 0, command: 'quit', value: '' });
    expect(await ended).toBe(0);
    expect(existsSync(join(elsewhere, 'project.lock'))).toBe(false);
  });
});
