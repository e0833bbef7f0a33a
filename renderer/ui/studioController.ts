import type { StudioEvent } from '../../electron/contract/events.ts';
import { isFinal, type JobView } from '../../electron/contract/jobs.ts';
import type { ModelView } from '../../electron/contract/methods.ts';
import type { SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import type { MaskOperation } from '../../models/masks/maskDrawing.ts';
import { subscribeToEvents, windowIdentity } from '../client/eventSubscription.ts';
import { SaveQueue } from '../client/saveQueue.ts';
import { studioClient } from '../client/studioClient.ts';
import { Editor } from '../editor/editor.ts';
import { addOperation } from '../editor/maskCommands.ts';
import { initialSession } from '../editor/session.ts';
import { StateStore } from '../editor/stateStore.ts';
import { addSources } from '../editor/timelineCommands.ts';
import { Playback } from '../preview/Playback.ts';
import { assetUrl, shownSourceFrame } from '../preview/shownFrames.ts';
import { type AppState, initialAppState, type Toast } from './appState.ts';
import { desktopBridge } from './desktopBridge.ts';
import { TakeCommands } from './takeCommands.ts';
import { texts } from './texts.ts';
import { brushFor, ViewCommands } from './viewCommands.ts';

/** Joins the headless editor to the studio: opens projects, follows events, starts jobs, and shows failures as sentences. */
export class StudioController {
  readonly app = new StateStore<AppState>(initialAppState);
  readonly windowId = windowIdentity();
  readonly editor: Editor;
  readonly playback: Playback;
  readonly takes: TakeCommands;
  readonly looking: ViewCommands;
  readonly #queue: SaveQueue;
  #toastNumber = 0;
  #smartRequest: string | undefined;

  constructor() {
    this.#queue = new SaveQueue(
      async (diff) => {
        const { projectId } = this.app.state;
        if (projectId) await studioClient.call('document.apply', { projectId, windowId: this.windowId, diff });
      },
      (saveState, error) => {
        this.editor.session.set({ saveState });
        if (error instanceof StudioError && error.code === 'not-allowed') {
          this.#queue.discard();
          this.editor.session.set({ writer: false, saveState: 'saved' });
        } else if (error) this.fail(error);
      },
    );
    this.editor = new Editor((diff) => this.#queue.push(diff));
    this.playback = new Playback(this.editor, (assetId) => assetUrl(this.app.state.projectId ?? '', assetId));
    this.takes = new TakeCommands(this);
    this.looking = new ViewCommands(this);
    this.editor.onCommitted(() => {
      if (this.editor.session.state.liveMode) void this.takes.restartLive();
      this.takes.estimateSoon();
    });
  }

  /** Starts listening, reads what the studio offers, and opens the project named in the address. */
  async boot(): Promise<void> {
    desktopBridge?.onCommand((name, value) => void this.attempt(() => this.command(name, value)));
    subscribeToEvents(this.windowId, {
      onEvent: (event) => this.#onEvent(event),
      onConnection: (connected) => this.editor.session.set({ connected }),
    });
    await this.attempt(async () => {
      this.app.set({ info: await studioClient.call('studio.info', {}) });
      const wanted = new URLSearchParams(location.hash.slice(1)).get('project');
      if (wanted) await this.openProject(wanted).catch((error: unknown) => this.fail(error));
      if (this.app.state.phase !== 'project') await this.showStart();
    });
    studioClient.call('studio.device', {}).then(
      (device) => this.app.set({ device }),
      (error: unknown) => this.fail(error),
    );
  }

  /** Resolves when everything done so far is on disk. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  /** The model the inspector names. */
  get model(): ModelView | undefined {
    const models = this.app.state.info?.models;
    return models?.find((model) => model.id === this.editor.setup?.modelId) ?? models?.[0];
  }

  /** Runs something that may fail; a failure becomes a message. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Shows a failure: what happened, the way out, and details to copy. */
  fail(error: unknown): void {
    const failure = error instanceof StudioError ? error : new StudioError('internal', String(error));
    const details = JSON.stringify({ ...failure.toJSON(), version: this.app.state.info?.version }, null, 2);
    this.#toast({ kind: 'error', message: failure.message, hint: failure.hint, details });
  }

  /** Shows a short message that goes by itself. */
  notify(message: string): void {
    this.#toast({ kind: 'info', message, hint: undefined, details: undefined });
  }

  #toast(toast: Omit<Toast, 'id'>): void {
    const id = ++this.#toastNumber;
    const others = this.app.state.toasts.filter((other) => other.message !== toast.message).slice(-3);
    this.app.set({ toasts: [...others, { ...toast, id }] });
    if (toast.kind === 'info') setTimeout(() => this.dismissToast(id), 4000);
  }

  dismissToast(id: number): void {
    this.app.set({ toasts: this.app.state.toasts.filter((toast) => toast.id !== id) });
  }

  /** Leaves the project and lists all. */
  async showStart(): Promise<void> {
    const { projectId } = this.app.state;
    await this.#queue.flush();
    if (projectId) await studioClient.call('projects.close', { projectId, windowId: this.windowId });
    location.hash = '';
    this.playback.stop();
    this.editor.session.set(initialSession);
    const { projects } = await studioClient.call('projects.list', {});
    this.app.set({ phase: 'start', projectId: null, projects });
  }

  /** Opens a project in this window. */
  async openProject(projectId: string, takeOver = false): Promise<void> {
    const opened = await studioClient.call('projects.open', { projectId, windowId: this.windowId, takeOver });
    this.#queue.discard();
    const { connected } = this.editor.session.state;
    this.editor.load(opened.records);
    this.editor.session.set({
      ...initialSession,
      connected,
      writer: opened.writer,
      jobs: opened.jobs,
      missingSourceIds: opened.missingSourceIds,
      playhead: this.editor.view?.playheadFrame ?? 0,
      viewMode: this.editor.view?.takeId ? 'sideBySide' : 'source',
      brushRadius: brushFor(this.editor.document.get('source', this.editor.view?.sourceId)),
    });
    this.app.set({
      projectId,
      phase: 'project',
      dialog: opened.missingSourceIds.length > 0 ? 'missing' : 'none',
      estimate: null,
    });
    location.hash = `project=${projectId}`;
    for (const source of this.editor.document.all('source')) this.#prepare(source);
    await this.loadWords();
    this.takes.estimateSoon();
  }

  #prepare(source: SourceRecord): void {
    const { projectId } = this.app.state;
    if (projectId) studioClient.call('sources.prepare', { projectId, sourceId: source.id }).catch(() => undefined);
  }

  /** Reads which words the inspector's model knows. */
  async loadWords(): Promise<void> {
    const { model } = this;
    const { words } = model ? await studioClient.call('models.words', { modelId: model.id }) : { words: [] };
    this.app.set({ words: new Set(words) });
  }

  async createProject(name: string): Promise<void> {
    const { projectId } = await studioClient.call('projects.create', { name });
    await this.openProject(projectId);
  }

  async openSample(): Promise<void> {
    this.app.set({ busy: texts.start.sample });
    try {
      const { projectId } = await studioClient.call('projects.sample', {});
      await this.openProject(projectId);
    } finally {
      this.app.set({ busy: null });
    }
  }

  /** Does what the desktop's menu or system asks for. */
  async command(name: string, value: string | undefined): Promise<void> {
    if (name === 'open-granted' && value !== undefined) await this.openGranted(value);
    if (name === 'projects') await this.showStart();
    if (name === 'shortcuts') this.app.set({ dialog: 'shortcuts' });
    if (this.app.state.phase !== 'project') return;
    if (name === 'save-as') this.app.set({ dialog: 'saveAs' });
    if (name === 'pack') await this.pack();
    if (name === 'export') this.app.set({ dialog: 'export' });
  }

  /** Opens a folder that the desktop's dialog chose. */
  async openGranted(grant: string): Promise<void> {
    const { projectId } = await studioClient.call('projects.openGranted', { grant });
    await this.openProject(projectId);
  }

  async saveAs(name: string): Promise<void> {
    const { projectId } = this.app.state;
    if (!projectId) return;
    await this.#queue.flush();
    const copy = await studioClient.call('projects.saveAs', { projectId, name });
    await studioClient.call('projects.close', { projectId, windowId: this.windowId });
    await this.openProject(copy.projectId);
  }

  async pack(): Promise<void> {
    const { projectId } = this.app.state;
    if (!projectId) return;
    await this.#queue.flush();
    const { url, name } = await studioClient.call('projects.pack', { projectId });
    download(url, name);
  }

  async unpack(file: File): Promise<void> {
    this.app.set({ busy: file.name });
    try {
      const uploadId = await studioClient.upload(file);
      const { projectId } = await studioClient.call('projects.unpack', { uploadId });
      await this.openProject(projectId);
    } finally {
      this.app.set({ busy: null });
    }
  }

  /** Brings files into the project: uploads, probes, and adds them as one step. */
  async importFiles(files: readonly File[]): Promise<void> {
    const { projectId } = this.app.state;
    if (!projectId) return;
    const sources: SourceRecord[] = [];
    for (const file of files) {
      const show = (share: number): void => this.app.set({ uploads: [{ name: file.name, share }] });
      show(0);
      await this.attempt(async () => {
        const uploadId = await studioClient.upload(file, show);
        const { source } = await studioClient.call('sources.import', { projectId, uploadId, name: file.name });
        sources.push(source);
      });
    }
    this.app.set({ uploads: [] });
    if (sources.length === 0) return;
    addSources(this.editor, sources);
    this.editor.session.set({ brushRadius: brushFor(sources.at(-1)) });
    await this.#queue.flush();
    for (const source of sources) this.#prepare(source);
  }

  /** Puts a file in a missing source's place. */
  async relink(source: SourceRecord, file: File): Promise<void> {
    const { projectId } = this.app.state;
    if (!projectId) return;
    const uploadId = await studioClient.upload(file);
    const found = await studioClient.call('sources.relink', { projectId, sourceId: source.id, uploadId });
    if (!found.identical) {
      this.editor.update('Find media', source, found.source);
      this.notify(texts.missing.replaced);
    }
    await this.#queue.flush();
    this.editor.session.set({
      missingSourceIds: this.editor.session.state.missingSourceIds.filter((id) => id !== source.id),
    });
    this.#prepare(found.source);
    if (this.editor.session.state.missingSourceIds.length === 0) this.app.set({ dialog: 'none' });
  }

  /** Sends scribbles to smart select; the region comes back as an event and becomes one step. */
  async smartSelect(source: SourceRecord, frameIndex: number, scribbles: readonly MaskOperation[]): Promise<void> {
    const { projectId } = this.app.state;
    if (!projectId) return;
    this.#smartRequest = crypto.randomUUID();
    this.app.set({ smartBusy: true });
    await this.attempt(async () => {
      await studioClient.call('masks.smartSelect', {
        projectId,
        requestId: this.#smartRequest ?? '',
        sourceId: source.id,
        frameIndex,
        scribbles: [...scribbles],
      });
    });
  }

  #onEvent(event: StudioEvent): void {
    const { projectId } = this.app.state;
    const { session } = this.editor;
    if ('projectId' in event && event.projectId !== projectId) return;
    switch (event.type) {
      case 'job':
        if (event.job.projectId === projectId) this.#onJob(event.job);
        return;
      case 'jobGone':
        session.set({ jobs: session.state.jobs.filter((job) => job.id !== event.jobId) });
        return;
      case 'document':
        if (event.windowId === this.windowId) return;
        this.editor.receive(event.diff);
        this.#onReceived(event.diff.added.find((record) => record.kind === 'take'));
        return;
      case 'writer':
        session.set({ writer: event.windowId === this.windowId });
        return;
      case 'thumbnail': {
        const strip = [
          ...(session.state.thumbnails[event.assetId] ?? new Array<string | undefined>(event.count).fill(undefined)),
        ];
        strip[event.index] = event.url;
        session.set({ thumbnails: { ...session.state.thumbnails, [event.assetId]: strip } });
        return;
      }
      case 'waveform':
        void fetch(event.url)
          .then((response) => response.arrayBuffer())
          .then((bytes) =>
            session.set({ waveforms: { ...session.state.waveforms, [event.assetId]: new Uint8Array(bytes) } }),
          );
        return;
      case 'smartSelect':
        this.#onSmartSelect(event);
        return;
      case 'gap':
        if (projectId) void this.attempt(() => this.openProject(projectId));
    }
  }

  /** A take that the studio added is shown at once. */
  #onReceived(take: TakeRecord | undefined): void {
    if (take?.kind !== 'take') return;
    const { viewMode } = this.editor.session.state;
    this.editor.look({ takeId: take.id });
    this.editor.session.set({ livePreview: null, viewMode: viewMode === 'source' ? 'sideBySide' : viewMode });
  }

  #onJob(job: JobView): void {
    const { session } = this.editor;
    if (job.live) {
      const last = session.state.livePreview;
      if (!session.state.liveMode || (last && last.createdAt > job.createdAt)) return;
      const { id: jobId, createdAt, state, step, total, preview } = job;
      session.set({ livePreview: { jobId, createdAt, state, step, total, sheet: preview ?? last?.sheet ?? null } });
      if (job.state === 'failed' && job.error) this.fail(StudioError.fromJSON(plain(job.error)));
      return;
    }
    const jobs = session.state.jobs.some((other) => other.id === job.id)
      ? session.state.jobs.map((other) => (other.id === job.id ? job : other))
      : [...session.state.jobs, job];
    session.set({ jobs });
    if (job.state === 'failed' && job.error) this.fail(StudioError.fromJSON(plain(job.error)));
    if (job.preview && !isFinal(job.state) && !session.state.liveMode) {
      const { id: jobId, createdAt, state, step, total } = job;
      session.set({ livePreview: { jobId, createdAt, state, step, total, sheet: job.preview } });
      if (session.state.viewMode === 'source') session.set({ viewMode: 'sideBySide' });
    }
    if (isFinal(job.state) && session.state.livePreview?.jobId === job.id) session.set({ livePreview: null });
  }

  #onSmartSelect(event: Extract<StudioEvent, { type: 'smartSelect' }>): void {
    if (event.requestId !== this.#smartRequest) return;
    this.app.set({ smartBusy: false });
    const { editor } = this;
    editor.session.set({ scribbles: [] });
    const source = editor.document.get('source', editor.view?.sourceId);
    if (event.operation && source)
      addOperation(editor, source, shownSourceFrame(editor, source), event.operation, 'Smart select');
    if (event.error) this.fail(StudioError.fromJSON(plain(event.error)));
  }
}

/** Saves an address's content as a file. */
export function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** An error from the wire without absent members, as strict optional properties want it. */
function plain(error: NonNullable<JobView['error']>): Parameters<typeof StudioError.fromJSON>[0] {
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}
