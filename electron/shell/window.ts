import { join } from 'node:path';
import { app, BrowserWindow, dialog, shell } from 'electron';

/** After as many crashes within a minute the page is not loaded again by itself. */
const mostCrashes = 3;

/** The studio's one window over `address`; `isOwn` says which addresses are the studio's. What crashes is loaded again, and the page is told. */
export function createWindow(address: string, isOwn: (address: string) => boolean): BrowserWindow {
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
  const { webContents } = created;
  const stayHome = (event: { preventDefault(): void }, url: string): void => {
    if (!isOwn(url)) event.preventDefault();
  };
  webContents.on('will-navigate', stayHome);
  webContents.on('will-redirect', stayHome);
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  webContents.setWindowOpenHandler(({ url }) => {
    // Licences and publishers' pages are for the browser; nothing else leaves, and nothing opens here.
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url);
    return { action: 'deny' };
  });
  recover(created);
  created.once('ready-to-show', () => created.show());
  void created.loadURL(address);
  return created;
}

/** The project is with the server: a page that is loaded again is as it was, less what was being drawn. */
function recover(window: BrowserWindow): void {
  const { webContents } = window;
  let crashes: number[] = [];
  const loadAgain = (): void => {
    webContents.once('did-finish-load', () => webContents.send('desktop:command', 'window-recovered'));
    webContents.reload();
  };
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    const now = Date.now();
    crashes = [...crashes.filter((time) => now - time < 60_000), now];
    if (crashes.length < mostCrashes) loadAgain();
    else void ask(window, 'The window keeps stopping.', 'Load it again', 'Quit', loadAgain, () => app.quit());
  });
  webContents.on('unresponsive', () => {
    void ask(window, 'The window does not answer.', 'Wait', 'Load it again', () => undefined, loadAgain);
  });
  app.on('child-process-gone', (_event, { type, reason }) => {
    // Chromium starts it again by itself, or draws without it.
    if (type === 'GPU' && reason !== 'clean-exit') webContents.send('desktop:command', 'graphics-recovered');
  });
}

async function ask(
  window: BrowserWindow,
  message: string,
  first: string,
  second: string,
  onFirst: () => void,
  onSecond: () => void,
): Promise<void> {
  const detail = 'Everything that was saved is on disk. Takes that are being made go on.';
  const { response } = await dialog.showMessageBox(window, {
    ...{ type: 'warning', title: 'MagDiff Studio', message, detail },
    ...{ buttons: [first, second], defaultId: 0, cancelId: 0 },
  });
  (response === 1 ? onSecond : onFirst)();
}
