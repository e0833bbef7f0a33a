/** The desktop program: one window over the studio's own server, and what only a desktop can do. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, type IpcMainInvokeEvent, ipcMain, Menu, session, shell } from 'electron';
import { keepServing } from '../server/lastResort.ts';
import { type RunningStudio, startStudio } from '../server/startStudio.ts';
import { menuTemplate } from './menu.ts';

let studio: RunningStudio | undefined;
let window: BrowserWindow | undefined;

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

function createWindow(address: string): void {
  const created = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 680,
    backgroundColor: '#131417',
    show: false,
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    },
  });
  const stayHome = (event: { preventDefault(): void }, url: string): void => {
    if (!isOwn(url)) event.preventDefault();
  };
  created.webContents.on('will-navigate', stayHome);
  created.webContents.on('will-redirect', stayHome);
  // The project is with the server: the page comes back as it was, less what was being drawn.
  created.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') created.webContents.reload();
  });
  created.webContents.on('will-attach-webview', (event) => event.preventDefault());
  created.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  created.once('ready-to-show', () => created.show());
  created.on('closed', () => {
    window = undefined;
  });
  window = created;
  void created.loadURL(address);
}

/** Tells the page what was chosen in the native menu, or which folder the system asked to open. */
function command(name: string, value?: string): void {
  window?.webContents.send('desktop:command', name, value);
}

/** A project folder, or its project.json, that the system hands over. */
function openFromSystem(path: string): void {
  const folder = path.endsWith('project.json') ? join(path, '..') : path;
  if (studio) command('open-granted', studio.services.grants.give(folder));
}

async function chooseFolder(): Promise<string | null> {
  if (!studio || !window) return null;
  const chosen = await dialog.showOpenDialog(window, { properties: ['openDirectory'], title: 'Open a project folder' });
  const [folder] = chosen.filePaths;
  return chosen.canceled || folder === undefined ? null : studio.services.grants.give(folder);
}

async function start(): Promise<void> {
  await app.whenReady();
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  const resources = app.isPackaged ? process.resourcesPath : undefined;
  studio = await startStudio({
    workspace: argument('workspace') ?? join(app.getPath('documents'), 'MagDiff Studio'),
    bundledModels: resources ? join(resources, 'models') : undefined,
    pageFolder: join(import.meta.dirname, '..', 'renderer'),
    cacheFolder: join(app.getPath('userData'), 'cache'),
    desktop: { reveal: (path) => shell.showItemInFolder(path) },
  });
  keepServing(studio.services.bus, (line) => process.stderr.write(`${line}\n`));
  ipcMain.handle('desktop:chooseFolder', (event) => {
    refuseStranger(event);
    return chooseFolder();
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(command, process.platform)));
  createWindow(studio.url);
  const opened = process.argv.slice(1).find((path) => path.endsWith('project.json'));
  if (opened) window?.webContents.once('did-finish-load', () => openFromSystem(opened));
}

if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on('second-instance', (_event, argv) => {
    window?.restore();
    window?.focus();
    const opened = argv.find((path) => path.endsWith('project.json'));
    if (opened) openFromSystem(opened);
  });
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
