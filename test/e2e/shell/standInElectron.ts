/**
 * Stands in for the `electron` module where Electron's program is not there: the same names, as far as the shell uses them, over real
 * Chromium pages, so that main and preload run as they are. Driven by the parent process through messages.
 */
import childProcess, { type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright';
import { launchBrowser } from '../../../build/bench/launchBrowser.ts';

const log: string[] = [];
const handlers = new Map<string, (event: unknown, ...args: unknown[]) => unknown>();
const windows: BrowserWindow[] = [];
let chosenFolder: string | undefined;
let chosenButton = '';
let menuItems: StandInMenuItem[] = [];
let permissionHandler:
  | ((contents: unknown, permission: string, answer: (allowed: boolean) => void) => void)
  | undefined;

interface StandInMenuItem {
  label?: string;
  click?: () => void;
  submenu?: StandInMenuItem[];
}

interface WindowOptions {
  webPreferences: { preload: string; sandbox: boolean; contextIsolation: boolean; nodeIntegration: boolean };
}

const realFork = childProcess.fork;
// The packaged program cannot run as Node: nothing may be started that way.
childProcess.fork = () => {
  throw new Error('This program does not run as Node.');
};
syncBuiltinESMExports();

/** A program behind Electron's port, in a process of Node's. */
class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  constructor(path: string, env: NodeJS.ProcessEnv) {
    super();
    const port = pathToFileURL(process.env.STAND_IN_PORT ?? '').href;
    this.#child = realFork(path, [], { env, execArgv: ['--import', port], serialization: 'advanced' });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.once('exit', (code) => this.emit('exit', code));
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }
  postMessage(message: unknown): void {
    // Whatever structuredClone takes.
    this.#child.send(message as object);
  }
  kill(): boolean {
    return this.#child.kill();
  }
}

const utilityProcess = {
  fork: (path: string, _args: readonly string[], options: { env: NodeJS.ProcessEnv; serviceName: string }) => {
    log.push(`utility ${options.serviceName}`);
    return new UtilityProcess(path, options.env);
  },
};

class App extends EventEmitter {
  readonly isPackaged = false;
  whenReady(): Promise<void> {
    return Promise.resolve();
  }
  requestSingleInstanceLock(): boolean {
    return process.env.STAND_IN_SECOND !== '1';
  }
  getPath(): string {
    return process.env.STAND_IN_HOME ?? '';
  }
  quit(): void {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (prevented) return;
    void Promise.all(windows.map((window) => window.dispose())).then(() => process.exit(0));
  }
}

class WebContents extends EventEmitter {
  page: Page | undefined;
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  #loading: Promise<unknown> = Promise.resolve();
  #reloads = 0;
  /** One that comes while another loads takes its place, and only the last one is told to be finished. */
  reload(): void {
    log.push('reload');
    const number = ++this.#reloads;
    const isLast = (): boolean => number === this.#reloads;
    this.#loading = this.#loading
      .then(() => (isLast() ? this.page?.reload() : undefined))
      .catch(() => this.page?.waitForLoadState('load'))
      .then(() => isLast() && this.emit('did-finish-load'));
  }
  send(channel: string, ...args: unknown[]): void {
    void this.page?.evaluate(
      `(globalThis.__listeners[${JSON.stringify(channel)}] ?? []).forEach((listener) => listener({}, ...${JSON.stringify(args)}))`,
    );
  }
}

class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly options: WindowOptions;
  #browser: Browser | undefined;
  constructor(options: WindowOptions) {
    super();
    this.options = options;
    windows.push(this);
  }
  show(): void {
    log.push('show');
  }
  restore(): void {}
  focus(): void {
    log.push('focus');
  }

  /** Opens a real page with the preload script run before its own, as a sandboxed preload is. */
  async loadURL(url: string): Promise<void> {
    this.#browser = await launchBrowser();
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 } });
    const preload = await readFile(this.options.webPreferences.preload, 'utf8');
    const page = await context.newPage();
    this.webContents.page = page;
    await page.exposeFunction('__invoke', (channel: string, frameUrl: string, args: unknown[]) =>
      handlers.get(channel)?.({ senderFrame: { url: frameUrl, parent: null } }, ...args),
    );
    await page.addInitScript(`{
      const invoke = globalThis.__invoke;
      globalThis.__listeners = {};
      const electron = {
        webUtils: { getPathForFile: (file) => '/dropped/' + file.name },
        contextBridge: { exposeInMainWorld: (name, api) => { globalThis[name] = api; } },
        ipcRenderer: {
          invoke: (channel, ...args) => globalThis.__invoke(channel, location.href, args),
          on: (channel, listener) => { (globalThis.__listeners[channel] ??= []).push(listener); },
        },
      };
      ((require, module, exports) => { ${preload} })((name) => electron, {}, {});
    }`);
    await context.route('**/*', (route) => {
      const request = route.request();
      if (!request.isNavigationRequest() || request.url() === url) return route.continue();
      let prevented = false;
      this.webContents.emit('will-navigate', { preventDefault: () => (prevented = true) }, request.url());
      // An answer without content leaves the window where it is, as a prevented navigation does.
      return prevented ? route.fulfill({ status: 204 }) : route.continue();
    });
    context.on('page', (opened) => {
      if (this.webContents.openHandler({ url: opened.url() }).action === 'deny') void opened.close();
    });
    await page.goto(url);
    this.emit('ready-to-show');
    this.webContents.emit('did-finish-load');
    process.send?.({ ready: true });
  }

  async dispose(): Promise<void> {
    await this.#browser?.close();
  }
}

const app = new App();
const dialog = {
  showOpenDialog: async () => ({ canceled: chosenFolder === undefined, filePaths: chosenFolder ? [chosenFolder] : [] }),
  showMessageBox: async (_window: unknown, { message, buttons }: { message: string; buttons: string[] }) => {
    log.push(`asked: ${message}`);
    return { response: buttons.indexOf(chosenButton) };
  },
  showErrorBox: (title: string, text: string) => void process.stderr.write(`${title}: ${text}\n`),
};
const ipcMain = {
  handle: (channel: string, handler: (event: unknown, ...args: unknown[]) => unknown) => handlers.set(channel, handler),
};
const Menu = {
  buildFromTemplate: (template: StandInMenuItem[]) => template,
  setApplicationMenu: (menu: StandInMenuItem[]) => {
    menuItems = menu;
  },
};
const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: NonNullable<typeof permissionHandler>) => {
      permissionHandler = handler;
    },
    setPermissionCheckHandler: () => undefined,
  },
};
const shell = {
  showItemInFolder: (path: string) => log.push(`reveal ${path}`),
  openExternal: async (url: string) => void log.push(`browser ${url}`),
};

/** What the parent may ask. */
const commands: Record<string, (value: string) => unknown> = {
  options: () => windows[0]?.options.webPreferences,
  log: () => log,
  choose: (folder) => {
    chosenFolder = folder;
  },
  click: (name) => windows[0]?.webContents.page?.getByRole('button', { name }).click(),
  text: (text) => windows[0]?.webContents.page?.getByText(text).first().waitFor(),
  evaluate: (expression) => windows[0]?.webContents.page?.evaluate(expression),
  address: () => windows[0]?.webContents.page?.url(),
  menu: (label) => findMenuItem(menuItems, label)?.click?.(),
  permission: (permission) => new Promise((resolve) => permissionHandler?.({}, permission, resolve)),
  stranger: (channel) => {
    try {
      return handlers.get(channel)?.({ senderFrame: { url: 'https://elsewhere.example/', parent: null } });
    } catch (error) {
      return String(error);
    }
  },
  gone: (reason) => windows[0]?.webContents.emit('render-process-gone', {}, { reason }),
  redirect: (url) => {
    let prevented = false;
    windows[0]?.webContents.emit('will-redirect', { preventDefault: () => (prevented = true) }, url);
    return prevented;
  },
  answer: (button) => {
    chosenButton = button;
  },
  graphicsGone: (reason) => app.emit('child-process-gone', {}, { type: 'GPU', reason }),
  unresponsive: () => windows[0]?.webContents.emit('unresponsive'),
  opened: (url) => windows[0]?.webContents.openHandler({ url }).action,
  secondInstance: (path) => app.emit('second-instance', {}, path ? ['magdiff', path] : ['magdiff'], '/'),
  openFile: (path) => app.emit('open-file', { preventDefault: () => undefined }, path),
  quit: () => app.quit(),
};

function findMenuItem(items: readonly StandInMenuItem[], label: string): StandInMenuItem | undefined {
  for (const item of items) {
    if (item.label === label) return item;
    const inside = item.submenu && findMenuItem(item.submenu, label);
    if (inside) return inside;
  }
  return undefined;
}

process.on('message', (message: { id: number; command: string; value: string }) => {
  void Promise.resolve()
    .then(() => commands[message.command]?.(message.value))
    .then(
      (result) => process.send?.({ id: message.id, result: result ?? null }),
      (error: unknown) => process.send?.({ id: message.id, error: String(error) }),
    );
});

export { app, BrowserWindow, dialog, ipcMain, Menu, session, shell, utilityProcess };
