import type { DocumentDiff } from '../../electron/contract/documentDiff.ts';
import type { ExportOptions, TakeRequest } from '../../electron/contract/jobs.ts';
import type { TakeRecord } from '../../electron/contract/records.ts';
import type { RetakeRequest } from '../../electron/contract/retake.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import type { MaskDrawing } from '../../models/masks/maskDrawing.ts';
import { download } from '../client/download.ts';
import { activeMask, adoptDrawing } from '../editor/maskCommands.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';
import { texts } from '../ui/texts/texts.ts';
import { parseTakeFile, type RecalledRecipe } from './parseTakeFile.ts';
import type { ProjectScope } from './projectScope.ts';

/** A live preview's most steps, where the model has no few-step weights, and its most frames. */
const liveLimits = { steps: 6, frames: 8 };

/** Records that a mask is made of. */
const maskKinds: ReadonlySet<string> = new Set(['mask', 'maskKey', 'stroke', 'followed']);

/** Everything about making takes: what would be asked for, starting, live previews, estimates, jobs, exports and using a take again. */
export class TakeCommands {
  readonly #project: ProjectScope;
  #liveNumber = 0;
  #estimateTimer: ReturnType<typeof setTimeout> | undefined;
  /** What was examined last: a subject's place, and after how many changes of masks. */
  #examined = '';
  #maskChanges = 0;

  constructor(project: ProjectScope) {
    this.#project = project;
  }

  /** What would be asked for now, or why nothing can be. */
  request(): TakeRequest | string {
    const { editor, model } = this.#project;
    const { setup, view } = editor;
    const source = editor.document.get('source', view?.sourceId);
    if (!model || !setup) return texts.inspector.noModel;
    if (!source) return texts.inspector.needSource;
    if (setup.settings.task === 'edit' && source.media !== 'clip') return texts.inspector.editNeedsClip;
    const mask = activeMask(editor);
    if (!mask && !source.hasAlpha) return texts.inspector.needMask;
    if (setup.settings.prompt.trim() === '') return texts.inspector.needPrompt;
    return {
      modelId: model.id,
      settings: setup.settings,
      sourceId: source.id,
      maskId: mask?.id ?? null,
      frameIndex: shownSourceFrame(editor, source),
      inFrame: source.inFrame,
      outFrame: source.outFrame,
      runOn: this.#project.state.state.runOn,
    };
  }

  /** Starts a take. */
  async startTake(): Promise<void> {
    const { messages, editor, state } = this.#project;
    const request = this.request();
    if (typeof request === 'string') return messages.notify(request);
    if (!editor.session.state.writer) return;
    await this.#start(request, false);
    if (!state.state.seedLocked) this.rollSeed();
  }

  async #start(request: TakeRequest, live: boolean): Promise<void> {
    const { id: projectId, windowId, client } = this.#project;
    await this.#project.flush();
    await client.call('jobs.start', { projectId, windowId, request, live });
  }

  /** Chooses another seed. */
  rollSeed(): void {
    this.#project.editor.updateSettings('New seed', { seed: Math.floor(Math.random() * 2 ** 32) });
  }

  setLiveMode(liveMode: boolean): void {
    const { session } = this.#project.editor;
    session.set({ liveMode, ...(liveMode ? {} : { livePreview: null }) });
    if (!liveMode) return;
    if (session.state.viewMode === 'source') session.set({ viewMode: 'sideBySide' });
    void this.restartLive();
  }

  /** The request for a live preview: few steps, few frames. */
  #liveRequest(): TakeRequest | string {
    const request = this.request();
    const { model } = this.#project;
    if (typeof request === 'string' || !model) return texts.inspector.noModel;
    const { settings } = request;
    return {
      ...request,
      settings: {
        ...settings,
        weights: model.studentSteps === null ? settings.weights : 'student',
        steps: model.studentSteps ?? Math.min(settings.steps ?? model.steps, liveLimits.steps),
        frames: Math.min(settings.frames, liveLimits.frames),
      },
      outFrame: Math.min(request.outFrame, request.inFrame + liveLimits.frames),
    };
  }

  /** Starts the live preview again with what the inspector and the mask hold now; the latest call wins. */
  async restartLive(): Promise<void> {
    const number = ++this.#liveNumber;
    await this.#project.flush();
    const request = this.#liveRequest();
    if (number !== this.#liveNumber || typeof request === 'string' || !this.#project.editor.session.state.writer)
      return;
    await this.#project.messages.attempt(() => this.#start(request, true));
  }

  /** Makes a take of what the live preview shows. */
  async keepLive(): Promise<void> {
    const request = this.#liveRequest();
    if (typeof request === 'string') this.#project.messages.notify(request);
    else await this.#start(request, false);
  }

  /** Asks for memory and time a little after the last change. */
  estimateSoon(): void {
    clearTimeout(this.#estimateTimer);
    // A live preview tells by itself what it takes, and the engine has better things to do.
    if (this.#project.editor.session.state.liveMode) return;
    this.#estimateTimer = setTimeout(() => void this.#estimate(), 400);
  }

  async #estimate(): Promise<void> {
    const { id: projectId, client, state } = this.#project;
    const request = this.request();
    if (typeof request === 'string') {
      this.#examined = '';
      return state.set({ estimate: null, subject: null });
    }
    await this.#project.flush();
    void this.#examine(request);
    try {
      state.set({ estimate: await client.call('jobs.estimate', { projectId, request }) });
    } catch (error) {
      state.set({ estimate: { problem: error instanceof StudioError ? error.sentence : String(error) } });
    }
  }

  /** What was found of a subject holds until its mask changes. */
  onDocument({ added, removed, updated }: DocumentDiff): void {
    const changed = [...added, ...removed, ...updated.map(([, to]) => to)];
    if (changed.some(({ kind }) => maskKinds.has(kind))) this.#maskChanges += 1;
  }

  /** Looks at the subject as the model will see it, where it is another than last time. */
  async #examine({ settings, sourceId, maskId, frameIndex, inFrame }: TakeRequest): Promise<void> {
    const { id: projectId, client, state, model } = this.#project;
    const frame = settings.task === 'edit' ? inFrame : frameIndex;
    const canvas = Math.max(settings.width ?? model?.width ?? 512, settings.height ?? model?.height ?? 512);
    const subject = { projectId, sourceId, maskId, frameIndex: frame, canvas };
    const asked = JSON.stringify([subject, this.#maskChanges]);
    if (asked === this.#examined) return;
    this.#examined = asked;
    // What cannot be examined is not advised on; the run itself says what is wrong.
    const answer = await client.call('subjects.examine', subject).catch(() => ({ examination: null }));
    if (asked === this.#examined) state.set({ subject: answer.examination });
  }

  async job(action: 'cancel' | 'retry' | 'dismiss', jobId: string): Promise<void> {
    const { id: projectId, client, messages } = this.#project;
    await messages.attempt(() => client.call(`jobs.${action}`, { projectId, jobId }));
  }

  async reveal(jobId: string): Promise<void> {
    const { id: projectId, client, messages } = this.#project;
    await messages.attempt(() => client.call('exports.reveal', { projectId, jobId }));
  }

  async decodeAgain(takeId: string): Promise<void> {
    const { id: projectId, client, messages } = this.#project;
    await messages.attempt(() => client.call('jobs.decodeAgain', { projectId, takeId }));
  }

  /** Starts a retake of some frames, or of a region, of a take. */
  async retake(request: RetakeRequest): Promise<void> {
    const { id: projectId, windowId, client, messages } = this.#project;
    await messages.attempt(async () => {
      // What was just painted is part of the region.
      await this.#project.flush();
      await client.call('jobs.retake', { projectId, windowId, request });
    });
  }

  async exportTake(takeId: string | null, options: ExportOptions): Promise<void> {
    const { id: projectId, client, messages, state } = this.#project;
    await messages.attempt(async () => {
      await client.call('exports.start', { projectId, takeId, options });
      state.set({ dialog: 'none' });
      messages.notify(texts.export.started);
    });
  }

  /** Puts a take's settings back into the inspector, with its source and, where that is gone, its mask: one step, once all is at hand. */
  async recallTake({ id: takeId, name, recipe }: TakeRecord): Promise<void> {
    const { id: projectId, client, editor } = this.#project;
    const isMaskGone = editor.document.get('mask', recipe.maskId) === undefined;
    const needsDrawing = isMaskGone && recipe.drawingAssetId !== null;
    const file = needsDrawing ? await client.call('takes.file', { projectId, takeId }) : undefined;
    this.#recall(name, recipe, file?.drawing ?? undefined);
  }

  /** Puts the settings of a recipe's file into the inspector, with its source and mask where its source is in this project. */
  async recallFile(file: File): Promise<void> {
    const { recipe, drawing } = parseTakeFile(await file.text(), file.name);
    this.#recall(file.name.replace(/(\.take)?\.json$/i, ''), recipe, drawing ?? undefined);
  }

  #recall(name: string, recipe: RecalledRecipe, drawing: MaskDrawing | undefined): void {
    const { editor, messages } = this.#project;
    const { document } = editor;
    const source =
      document.get('source', recipe.source.sourceId) ??
      document.all('source').find(({ assetId }) => assetId === recipe.source.assetId);
    const isMaskGone = document.get('mask', recipe.maskId) === undefined;
    editor.gesture('Use settings again', () => {
      // They belong to the recipe's source, where it is here.
      if (source) editor.look({ sourceId: source.id, maskId: null });
      editor.updateSetup('Use settings again', { settings: recipe.settings, modelId: recipe.model.id });
      if (!source) return;
      const adopted = isMaskGone && drawing ? adoptDrawing(editor, source, drawing, name) : null;
      editor.look({ sourceId: source.id, maskId: isMaskGone ? adopted : recipe.maskId });
    });
    messages.notify(source ? texts.takes.useAgainDone : texts.takes.sourceNotHere(recipe.source.name));
  }

  /** Gives a take's recipe as a file, which the command line and any studio can make again. */
  async saveRecipe({ id: takeId, name }: TakeRecord): Promise<void> {
    const { id: projectId, client, messages } = this.#project;
    await messages.attempt(async () => {
      const file = await client.call('takes.file', { projectId, takeId });
      const url = URL.createObjectURL(new Blob([JSON.stringify(file, undefined, 2)], { type: 'application/json' }));
      download(url, `${name}.take.json`);
      URL.revokeObjectURL(url);
    });
  }

  /** Lets go of what is still waited for. */
  close(): void {
    this.#liveNumber += 1;
    clearTimeout(this.#estimateTimer);
  }
}
