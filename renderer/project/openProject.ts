import { type DocumentDiff, emptyDiff, isEmptyDiff } from '../../electron/contract/documentDiff.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import type { MethodOutput, ModelView } from '../../electron/contract/methods.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import { isModelFile } from '../client/isModelFile.ts';
import { SaveQueue } from '../client/saveQueue.ts';
import type { StudioClient } from '../client/studioClient.ts';
import { keepUnsent, keptUnsent } from '../client/unsentChanges.ts';
import { Editor } from '../editor/editor.ts';
import { fittingPart } from '../editor/keptSteps.ts';
import { StateStore } from '../editor/stateStore.ts';
import { Playback } from '../preview/Playback.ts';
import { assetUrl } from '../preview/shownFrames.ts';
import { texts } from '../ui/texts/texts.ts';
import { Attention } from './attention.ts';
import { followEvent } from './followEvent.ts';
import { Following } from './following.ts';
import { Ablations } from './grids/ablations.ts';
import { AlphaSearch } from './grids/alphaSearch.ts';
import { Grids } from './grids/grids.ts';
import { keepSteps } from './keepSteps.ts';
import { MediaCommands } from './mediaCommands.ts';
import type { Messages } from './messages.ts';
import { initialProjectState, type ProjectScope, type ProjectState, type ProjectSurroundings } from './projectScope.ts';
import { SmartSelect } from './smartSelect.ts';
import { TakeCommands } from './takeCommands.ts';
import { TakeFigures } from './takeFigures.ts';
import { brushFor, ViewCommands } from './viewCommands.ts';

/**
 * A project while this window shows it: its editor, what of it waits to be saved, and everything that acts on it. Made when a
 * project opens, disposed when it closes; nothing of it can act on another project.
 */
export class OpenProject implements ProjectScope {
  readonly id: string;
  readonly client: StudioClient;
  readonly windowId: string;
  readonly info: MethodOutput<'studio.info'>;
  readonly models: ProjectSurroundings['models'];
  readonly messages: Messages;
  readonly editor: Editor;
  readonly state = new StateStore<ProjectState>(initialProjectState);
  readonly playback: Playback;
  readonly takes: TakeCommands;
  readonly view: ViewCommands;
  readonly media: MediaCommands;
  readonly smartSelect: SmartSelect;
  readonly following: Following;
  readonly grids: Grids;
  readonly attention: Attention;
  readonly alphaSearch: AlphaSearch;
  readonly ablations: Ablations;
  readonly figures: TakeFigures;
  readonly showModels: () => void;
  readonly offerModelFiles: (files: readonly File[]) => Promise<void>;
  readonly #queue: SaveQueue;
  readonly #endSteps: () => void;
  #isDisposed = false;
  /** The model whose words are known, or being read. */
  #wordsOf: string | undefined;

  /** `opened`: the server's answer; `unsaved`: changes of this window that the answer does not hold yet, to be sent again. */
  constructor(around: ProjectSurroundings, opened: MethodOutput<'projects.open'>, unsaved?: DocumentDiff) {
    this.id = opened.projectId;
    this.client = around.client;
    this.windowId = around.windowId;
    this.info = around.info;
    this.state.set({ follower: around.info.follower });
    this.models = around.models;
    this.showModels = () => around.showModels();
    this.offerModelFiles = (files) => around.offerModelFiles(files);
    this.messages = around.messages;
    const { id: projectId, client, windowId } = this;
    this.#queue = new SaveQueue(
      async (diff) => void (await client.call('document.apply', { projectId, windowId, diff })),
      (saveState, error) => this.#onSaved(saveState, error),
    );
    this.editor = new Editor((diff) => this.#queue.push(diff));
    this.editor.load(opened.records);
    this.playback = new Playback(this.editor, (assetId) => assetUrl(projectId, assetId));
    this.takes = new TakeCommands(this);
    this.view = new ViewCommands(this.editor);
    this.media = new MediaCommands(this);
    this.smartSelect = new SmartSelect(this);
    this.following = new Following(this, this.playback);
    this.grids = new Grids(this);
    this.attention = new Attention(this);
    this.alphaSearch = new AlphaSearch(this);
    this.ablations = new Ablations(this);
    this.figures = new TakeFigures(this);
    this.#begin(opened, unsaved);
    this.#endSteps = keepSteps(this);
  }

  #begin(opened: MethodOutput<'projects.open'>, unsaved: DocumentDiff | undefined): void {
    const { editor } = this;
    editor.session.set({
      writer: opened.writer,
      jobs: opened.jobs,
      missingSourceIds: opened.missingSourceIds,
      playhead: editor.view?.playheadFrame ?? 0,
      viewMode: editor.view?.takeId ? 'sideBySide' : 'source',
      brushRadius: brushFor(editor.document.get('source', editor.view?.sourceId)),
    });
    if (opened.recovery !== null && unsaved === undefined)
      this.messages.fail(new StudioError('project-damaged', opened.recovery));
    if (opened.missingSourceIds.length > 0) this.state.set({ dialog: 'missing' });
    this.#sendAgain(unsaved);
    editor.onCommitted(() => {
      if (editor.session.state.liveMode) void this.takes.restartLive();
      this.takes.estimateSoon();
    });
    editor.document.subscribe((diff) => this.#onDocument(diff));
    for (const source of editor.document.all('source')) this.media.prepare(source);
    void this.messages.attempt(() => this.#loadWords());
    const followed = editor.document.all('followed').map((run) => run.masksAssetId);
    void this.messages.attempt(() => this.following.read(followed));
    this.takes.estimateSoon();
  }

  /** Sends what the studio has not got yet: of this window, or kept with the page by an earlier one, as far as it still fits. */
  #sendAgain(unsaved: DocumentDiff | undefined): void {
    const { editor } = this;
    const kept = unsaved ?? keptUnsent(this.id);
    if (!kept || isEmptyDiff(kept) || !editor.session.state.writer) return;
    const now = new Map([...editor.document.records].map((record) => [record.id, record]));
    const fitting = unsaved ?? fittingPart(now, kept);
    if (isEmptyDiff(fitting)) {
      keepUnsent(this.id, emptyDiff);
      return;
    }
    editor.amend(fitting);
    if (!unsaved) this.messages.notify(texts.save.sentAgain);
  }

  get model(): ModelView | undefined {
    const { list: models } = this.models.state;
    return models.find((model) => model.id === this.editor.setup?.modelId) ?? models[0];
  }

  /** Takes files that were dropped or chosen: recipes fill the inspector, pictures and clips come in, files of models are offered to be added. */
  async receiveFiles(given: readonly File[]): Promise<void> {
    const models = given.filter(isModelFile);
    if (models.length > 0) await this.messages.attempt(() => this.offerModelFiles(models));
    const files = given.filter((file) => !isModelFile(file));
    const isRecipe = ({ name }: File): boolean => /\.json$/i.test(name);
    for (const file of files.filter(isRecipe)) await this.messages.attempt(() => this.takes.recallFile(file));
    await this.media.importFiles(files.filter((file) => !isRecipe(file)));
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  /** Takes in what the studio tells; events of other projects pass by, and so do all once the project is disposed. */
  receive(event: StudioEvent): void {
    if (this.#isDisposed) return;
    if (event.type === 'smartSelect') this.smartSelect.receive(event);
    else if (event.type === 'clickReady') this.smartSelect.receiveReady(event);
    else if (event.type === 'followed') {
      if (event.projectId === this.id) this.following.receive(event);
    } else if (event.type === 'grid' || event.type === 'gridGone') this.grids.receive(event);
    else if (event.type === 'alphaSearch') this.alphaSearch.receive(event);
    else if (event.type === 'ablation' || event.type === 'ablationGone') this.ablations.receive(event);
    else if (event.type === 'takeMeasured') this.figures.receive(event);
    else if (event.type === 'attention') this.attention.receive(event);
    else followEvent(this, event);
    // A job that is done ends its preview itself, once what it found has been read.
    if (event.type === 'job' && (event.job.state === 'canceled' || event.job.state === 'failed'))
      this.following.end(event.job.id);
  }

  /** Stops everything; returns the changes that could not be saved. Nothing can be changed here any more. */
  dispose(): DocumentDiff {
    this.#isDisposed = true;
    this.editor.close();
    this.playback.stop();
    this.takes.close();
    this.#endSteps();
    return this.#queue.discard();
  }

  #onSaved(saveState: 'saved' | 'saving' | 'failed', error: unknown): void {
    this.editor.session.set({ saveState });
    // With the page as well, until the studio has it: it may be gone for longer than the page.
    keepUnsent(this.id, saveState === 'saved' ? emptyDiff : this.#queue.waiting);
    // The banner says that the studio is away; back again it does not know the project yet, which is then opened anew and all of this sent.
    if (error instanceof StudioError && /^(studio-silent|project-closed)$/.test(error.code)) return;
    if (error instanceof StudioError && error.code === 'not-allowed') {
      this.#queue.discard();
      this.editor.session.set({ writer: false, saveState: 'saved' });
    } else if (error) this.messages.fail(error);
  }

  /** What follows from a change, whoever made it and however: by hand, by undo, in another window. */
  #onDocument(diff: DocumentDiff): void {
    this.takes.onDocument(diff);
    void this.messages.attempt(() => this.following.followDocument(diff));
    for (const [from, to] of diff.updated)
      if (from.kind === 'view' && to.kind === 'view' && from.sourceId !== to.sourceId) this.takes.estimateSoon();
    if (this.model?.id !== this.#wordsOf) void this.messages.attempt(() => this.#loadWords());
  }

  /** Reads which words the inspector's model knows. */
  async #loadWords(): Promise<void> {
    const { model } = this;
    this.#wordsOf = model?.id;
    const known = model ? await this.client.call('models.words', { modelId: model.id }) : { words: [], world: null };
    if (model === this.model) this.state.set({ words: new Set(known.words), world: known.world });
  }
}
