/** The desktop program: one window over the studio's own server, and what only a desktop can do. */
import { dirname, join, resolve } from 'node:path';
import { app, type BrowserWindow, dialog, type IpcMainInvokeEvent, ipcMain, Menu, session, shell } from 'electron';
import { startChildrenBy } from '../children/childProgram.ts';
import { keepServing } from '../server/lastResort.ts';
import { type RunningStudio, startStudio } from '../server/startStudio.ts';
import { menuTemplate } from './menu.ts';
import { startUtility } from './utilityChild.ts';
import { createWindow } from './window.ts';

let studio: RunningStudio | undefined;
let window: BrowserWindow | undefined;
/** What the system handed over before there was a window to show it. */
let waiting: string | undefined;

/** Value of a `--name value` argument. */
function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
}

/** Whether an address is the studio's own. */
function isOwn(address: string): boolean {
  return studio !== undefined && URL.canParse(address) && new URL(address).origin === `http://127.0.0.1:${studio.port}`;
}

/** Only the studio's own page, in its main frame, may use the bridge. */
function refuseStranger(event: IpcMainInvokeEvent): void {
  const frame = event.senderFrame;
  if (!frame || frame.parent !== null || !isOwn(frame.url))
    throw new Error('This page may not use the desktop bridge.');
}

/** Tells the page what was chosen in the native menu, or what the system asked to open. */
function command(name: string, value?: string): void {
  window?.webContents.send('desktop:command', name, value);
}

/** A project folder's project.json, or a packed project, among the arguments of a program started in `folder`. */
function projectAmong(args: readonly string[], folder: string): string | undefined {
  const found = args.find((path) => path.endsWith('project.json') || path.endsWith('.magdiff'));
  return found && resolve(folder, found);
}

/** Shows a project that the system hands over, in the window there is or the first one to come. */
function openFromSystem(path: string): void {
  if (!studio || !window) {
    waiting = path;
    return;
  }
  command('open-granted', studio.services.grants.give(path.endsWith('project.json') ? join(path, '..') : path));
}

async function chooseFolder(): Promise<string | null> {
  if (!studio || !window) return null;
  const chosen = await dialog.showOpenDialog(window, { properties: ['openDirectory'], title: 'Choose a folder' });
  const [folder] = chosen.filePaths;
  return chosen.canceled || folder === undefined ? null : studio.services.grants.give(folder);
}

async function start(): Promise<void> {
  await app.whenReady();
  startChildrenBy(startUtility);
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  const resources = app.isPackaged ? process.resourcesPath : undefined;
  studio = await startStudio({
    workspace: argument('workspace') ?? join(app.getPath('documents'), 'MagDiff Studio'),
    bundledModels: resources ? join(resources, 'models') : undefined,
    pageFolder: join(import.meta.dirname, '..', 'renderer'),
    cacheFolder: join(app.getPath('userData'), 'cache'),
    keepsAddress: true,
    desktop: { reveal: (path) => shell.showItemInFolder(path) },
  });
  keepServing(studio.services.bus, (line) => process.stderr.write(`${line}\n`));
  ipcMain.handle('desktop:chooseFolder', (event) => {
    refuseStranger(event);
    return chooseFolder();
  });
  ipcMain.handle('desktop:folderOf', (event, path: unknown) => {
    refuseStranger(event);
    return studio && typeof path === 'string' && path !== '' ? studio.services.grants.give(dirname(path)) : null;
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(command, process.platform)));
  window = createWindow(studio.url, isOwn);
  window.on('closed', () => {
    window = undefined;
  });
  const opened = waiting ?? projectAmong(process.argv.slice(1), process.cwd());
  if (opened) window.webContents.once('did-finish-load', () => openFromSystem(opened));
}

if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on('second-instance', (_event, argv, folder) => {
    window?.restore();
    window?.focus();
    const opened = projectAmong(argv, folder);
    if (opened) openFromSystem(opened);
  });
  // macOS hands files over this way, the first of them before there is a window.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openFromSystem(path);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    const running = studio;
    if (!running) return;
    event.preventDefault();
    studio = undefined;
    void running.close().finally(() => app.quit());
  });
  start().catch((error: unknown) => {
    dialog.showErrorBox('MagDiff Studio could not start', error instanceof Error ? error.message : String(error));
    app.quit();
  });
}
