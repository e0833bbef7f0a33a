import type { StudioEvent } from '../../electron/contract/events.ts';
import type { MethodOutput, ProjectSummary } from '../../electron/contract/methods.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import { download } from '../client/download.ts';
import { subscribeToEvents, windowIdentity } from '../client/eventSubscription.ts';
import { isModelFile } from '../client/isModelFile.ts';
import { type StudioClient, studioClient } from '../client/studioClient.ts';
import { StateStore } from '../editor/stateStore.ts';
import { settingsForModel } from '../panels/inspector/settingsForModel.ts';
import { Messages } from '../project/messages.ts';
import { OpenProject } from '../project/openProject.ts';
import type { ProjectSurroundings } from '../project/projectScope.ts';
import { texts } from '../ui/texts/texts.ts';
import { desktopBridge } from './desktopBridge.ts';
import { ModelLibraryState } from './models/modelLibraryState.ts';

/** What the page is doing as a whole. */
export interface StudioState {
  /** The project on screen; null on the start page and before it. */
  project: OpenProject | null;
  /** The projects to choose from; null until they were read once. */
  projects: readonly ProjectSummary[] | null;
  device: MethodOutput<'studio.device'> | null;
  /** What the start page is waiting for. */
  busy: string | null;
  /** Whether the line to the studio is open. */
  connected: boolean;
  /** The dialog of the studio as a whole that is open. */
  dialog: 'none' | 'about' | 'models';
}

/** This window's studio: which project it shows, and the ways from one to another. */
export class Studio {
  readonly state = new StateStore<StudioState>({
    project: null,
    projects: null,
    device: null,
    busy: null,
    connected: true,
    dialog: 'none',
  });
  readonly messages: Messages;
  readonly client: StudioClient;
  readonly library: ModelLibraryState;
  readonly #around: ProjectSurroundings;

  private constructor(client: StudioClient, info: MethodOutput<'studio.info'>) {
    this.client = client;
    this.messages = new Messages(info.version);
    this.library = new ModelLibraryState(client);
    const { messages } = this;
    const models = new StateStore({ list: info.models });
    this.#around = {
      ...{ client, info, models, messages, windowId: windowIdentity() },
      showModels: () => this.state.set({ dialog: 'models' }),
      offerModelFiles: (files) => this.#offerModelFiles(files),
    };
  }

  /** What the studio is and offers. */
  get info(): MethodOutput<'studio.info'> {
    return this.#around.info;
  }

  /** Reads what the studio offers, starts listening, and opens the project named in the address. */
  static async start(client: StudioClient = studioClient): Promise<Studio> {
    const info = await client.call('studio.info', {});
    const studio = new Studio(client, info);
    const { messages } = studio;
    studio.#listen();
    const wanted = new URLSearchParams(location.hash.slice(1)).get('project');
    if (wanted) await messages.attempt(() => studio.openProject(wanted));
    if (!studio.state.state.project) await messages.attempt(() => studio.showStart());
    // Not before: a project that the program was opened with takes the place of what is shown now.
    desktopBridge?.onCommand((name, value) => void messages.attempt(() => studio.#command(name, value)));
    void messages.attempt(async () => studio.state.set({ device: await client.call('studio.device', {}) }));
    return studio;
  }

  #listen(): void {
    subscribeToEvents(this.#around.windowId, {
      onEvent: (event) => this.#onEvent(event),
      onConnection: (connected) => this.state.set({ connected }),
    });
  }

  #onEvent(event: StudioEvent): void {
    const { project } = this.state.state;
    this.library.receive(event);
    if (event.type === 'models') this.#around.models.set({ list: event.models });
    else if (event.type === 'trouble') this.messages.fail(new StudioError('internal', texts.trouble(event.reportId)));
    else if (event.type === 'gap') void this.messages.attempt(() => this.#readAnew());
    else project?.receive(event);
  }

  /** Events were lost. */
  async #readAnew(): Promise<void> {
    const { project } = this.state.state;
    if (project) await this.openProject(project.id);
    if (this.library.state.state.view) await this.library.read();
  }

  /** Leaves the project and lists all. */
  async showStart(): Promise<void> {
    const { project } = this.state.state;
    await project?.flush();
    if (project) await this.#leave(project);
    location.hash = '';
    const { projects } = await this.#around.client.call('projects.list', {});
    this.state.set({ project: null, projects });
  }

  /** Opens a project in this window; where it is open already, reads it anew and sends again what could not be saved. */
  async openProject(projectId: string, takeOver = false): Promise<void> {
    const { client, windowId } = this.#around;
    const before = this.state.state.project;
    await before?.flush();
    const unsaved = before?.id === projectId ? before.dispose() : undefined;
    const opened = await client.call('projects.open', { projectId, windowId, takeOver }).catch((error: unknown) => {
      // What is shown can only be looked at now; the banner over it offers to try again.
      if (unsaved) before?.editor.session.set({ writer: false });
      throw error;
    });
    if (before && before.id !== projectId) await this.#leave(before);
    const project = new OpenProject(this.#around, opened, unsaved);
    // What could be taken back before still can, as far as it fits what was read.
    if (before && unsaved) {
      const { done, undone } = before.editor.history.steps;
      project.editor.restoreSteps({ done: [...done], undone: [...undone] });
    }
    this.state.set({ project });
    location.hash = `project=${projectId}`;
  }

  async #leave(project: OpenProject): Promise<void> {
    project.dispose();
    await this.#around.client.call('projects.close', { projectId: project.id, windowId: this.#around.windowId });
  }

  async createProject(name: string): Promise<void> {
    await this.openProject((await this.#around.client.call('projects.create', { name })).projectId);
  }

  openSample(): Promise<void> {
    return this.#whileBusy(texts.start.sample, async () => {
      await this.openProject((await this.#around.client.call('projects.sample', {})).projectId);
    });
  }

  /** Opens a folder that the desktop's dialog chose. */
  async openGranted(grant: string): Promise<void> {
    await this.openProject((await this.#around.client.call('projects.openGranted', { grant })).projectId);
  }

  /** Makes a project of a packed one. */
  unpack(file: File): Promise<void> {
    const { client } = this.#around;
    return this.#whileBusy(file.name, async () => {
      const uploadId = await client.upload(file);
      await this.openProject((await client.call('projects.unpack', { uploadId })).projectId);
    });
  }

  /** Takes files that were dropped where no project is open. */
  async receiveFiles(files: readonly File[]): Promise<void> {
    const models = files.filter(isModelFile);
    const packed = files.find(({ name }) => name.endsWith('.magdiff'));
    if (models.length > 0) await this.#offerModelFiles(models);
    else if (packed) await this.unpack(packed);
    else if (files.length > 0) this.messages.notify(texts.models.needsProject);
  }

  /** Shows the model page with an offer to add the folder of a dropped file, which the desktop alone can name. */
  async #offerModelFiles([file]: readonly File[]): Promise<void> {
    if (!file) return;
    const grant = (await desktopBridge?.folderOf(file)) ?? null;
    this.library.state.set({ offered: { name: file.name, grant } });
    this.state.set({ dialog: 'models' });
  }

  /** Looks through a chosen folder for models, now and from now on. */
  async addModelFolder(grant: string): Promise<void> {
    await this.client.call('models.addFolder', { grant });
  }

  /** Keeps a proposed set; returns the model it is now. */
  async keepSet(setId: string): Promise<string> {
    const { modelId } = await this.client.call('models.keepSet', { setId });
    const { models } = await this.client.call('studio.info', {});
    this.#around.models.set({ list: models });
    return modelId;
  }

  /** Takes a kept set away. */
  async dropSet(modelId: string): Promise<void> {
    await this.client.call('models.dropSet', { modelId });
  }

  /** Lets the open project's next take be made with a model. */
  chooseModel(modelId: string): void {
    const { editor } = this.state.state.project ?? {};
    const setup = editor?.setup;
    const chosen = this.#around.models.state.list.find(({ id }) => id === modelId);
    if (editor && setup && chosen)
      editor.updateSetup('Model', { modelId, settings: settingsForModel(setup.settings, chosen) });
  }

  async #whileBusy(busy: string, work: () => Promise<void>): Promise<void> {
    this.state.set({ busy });
    try {
      await work();
    } finally {
      this.state.set({ busy: null });
    }
  }

  /** Copies the project under another name and goes on in the copy. */
  async saveAs(project: OpenProject, name: string): Promise<void> {
    await project.flush();
    const copy = await this.#around.client.call('projects.saveAs', { projectId: project.id, name });
    await this.openProject(copy.projectId);
  }

  /** Hands the project out as one file. */
  async pack(project: OpenProject): Promise<void> {
    await project.flush();
    const { url, name } = await this.#around.client.call('projects.pack', { projectId: project.id });
    download(url, name);
  }

  /** Does what the desktop's menu or system asks for. */
  async #command(name: string, value: string | undefined): Promise<void> {
    const { project } = this.state.state;
    if (name === 'open-granted' && value !== undefined) return this.openGranted(value);
    if (name === 'about' || name === 'models') return this.state.set({ dialog: name });
    if (name === 'projects') return this.showStart();
    if (name === 'window-recovered') return this.messages.notify(texts.recovered.window);
    if (name === 'graphics-recovered') return this.messages.notify(texts.recovered.graphics);
    if (!project) return;
    if (name === 'pack') return this.pack(project);
    const dialogs = { shortcuts: 'shortcuts', 'save-as': 'saveAs', export: 'export' } as const;
    if (name === 'shortcuts' || name === 'save-as' || name === 'export') project.state.set({ dialog: dialogs[name] });
  }
}
