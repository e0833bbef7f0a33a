import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRenderer } from '../../../build/buildRenderer.ts';
import { buildShell } from '../../../build/buildShell.ts';
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
    env: { ...process.env, STAND_IN_HOME: home },
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
    for (const name of ['main', 'preload', 'menu'])
      lines += (await readFile(join(root, 'electron', 'shell', `${name}.ts`), 'utf8')).split('\n').length;
    expect(lines).toBeLessThan(200);
  });

  it('shows the studio in a sandboxed, isolated window with the small bridge', async () => {
    expect(await ask('options')).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    await ask('text', 'How it works');
    expect(await ask('evaluate', 'Object.keys(window.desktop).sort().join()')).toBe('chooseFolder,onCommand');
    expect(await ask('log')).toContain('show');
    expect(await ask('address')).not.toContain('token');
  });

  it('refuses navigation, new windows, permissions and strangers', async () => {
    const before = await ask('address');
    await ask('evaluate', "void setTimeout(() => { location.href = 'https://example.com/'; })");
    await ask('evaluate', "void window.open('https://example.com/')");
    await new Promise((done) => setTimeout(done, 500));
    expect(await ask('address')).toBe(before);
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

  it('follows no redirect elsewhere, and brings a page that crashed back to its project', async () => {
    expect(await ask('redirect', 'https://example.com/')).toBe(true);
    expect(await ask('redirect', String(await ask('address')))).toBe(false);
    await ask('gone', 'clean-exit');
    expect(await ask('log')).not.toContain('reload');
    await ask('gone', 'crashed');
    expect(await ask('log')).toContain('reload');
    await ask('text', 'From elsewhere');
  });

  it('writes everything down before it quits', async () => {
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    child.send({ id: 0, command: 'quit', value: '' });
    expect(await ended).toBe(0);
    expect(existsSync(join(elsewhere, 'project.lock'))).toBe(false);
  });
});
