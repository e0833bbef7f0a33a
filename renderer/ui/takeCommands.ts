import type { ExportOptions, TakeRequest } from '../../electron/contract/jobs.ts';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import type { MaskDrawing } from '../../models/masks/maskDrawing.ts';
import { studioClient } from '../client/studioClient.ts';
import { activeMask, adoptDrawing } from '../editor/maskCommands.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';
import type { StudioController } from './studioController.ts';
import { texts } from './texts.ts';

/** Everything about making takes: what would be asked for, starting, live previews, estimates, jobs, exports and using a take again. */
export class TakeCommands {
  readonly #studio: StudioController;
  #liveNumber = 0;
  #estimateTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(studio: StudioController) {
    this.#studio = studio;
  }

  /** What would be asked for now, or why nothing can be. */
  request(): TakeRequest | string {
    const { editor, model } = this.#studio;
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
    };
  }

  /** Starts a take. */
  async startTake(): Promise<void> {
    const { projectId } = this.#studio.app.state;
    const request = this.request();
    if (typeof request === 'string') {
      this.#studio.notify(request);
      return;
    }
    if (!projectId || !this.#studio.editor.session.state.writer) return;
    await this.#studio.flush();
    await studioClient.call('jobs.start', { projectId, windowId: this.#studio.windowId, request });
    if (!this.#studio.app.state.seedLocked) this.rollSeed();
  }

  /** Chooses another seed. */
  rollSeed(): void {
    this.#studio.editor.updateSettings('New seed', { seed: Math.floor(Math.random() * 2 ** 32) });
  }

  setLiveMode(liveMode: boolean): void {
    this.#studio.editor.session.set({ liveMode, ...(liveMode ? {} : { livePreview: null }) });
    if (!liveMode) return;
    if (this.#studio.editor.session.state.viewMode === 'source')
      this.#studio.editor.session.set({ viewMode: 'sideBySide' });
    void this.restartLive();
  }

  /** The request for a live preview: few steps, few frames. */
  #liveRequest(): TakeRequest | string {
    const request = this.request();
    const { model } = this.#studio;
    if (typeof request === 'string' || !model) return texts.inspector.noModel;
    const settings = {
      ...request.settings,
      weights: model.studentSteps === null ? request.settings.weights : ('student' as const),
      steps: model.studentSteps ?? Math.min(request.settings.steps ?? model.steps, 6),
      frames: Math.min(request.settings.frames, 8),
    };
    return { ...request, settings, outFrame: Math.min(request.outFrame, request.inFrame + 8) };
  }

  /** Starts the live preview again with what the inspector and the mask hold now; the latest call wins. */
  async restartLive(): Promise<void> {
    const { projectId } = this.#studio.app.state;
    const number = ++this.#liveNumber;
    await this.#studio.flush();
    const request = this.#liveRequest();
    if (number !== this.#liveNumber || typeof request === 'string' || !projectId) return;
    if (!this.#studio.editor.session.state.writer) return;
    await this.#studio.attempt(async () => {
      await studioClient.call('jobs.start', { projectId, windowId: this.#studio.windowId, request, live: true });
    });
  }

  /** Makes a take of what the live preview shows. */
  async keepLive(): Promise<void> {
    const { projectId } = this.#studio.app.state;
    await this.#studio.flush();
    const request = this.#liveRequest();
    if (typeof request === 'string') this.#studio.notify(request);
    else if (projectId) await studioClient.call('jobs.start', { projectId, windowId: this.#studio.windowId, request });
  }

  /** Asks for memory and time a little after the last change. */
  estimateSoon(): void {
    if (this.#estimateTimer !== undefined) clearTimeout(this.#estimateTimer);
    // A live preview tells by itself what it takes, and the engine has better things to do.
    if (this.#studio.editor.session.state.liveMode) return;
    this.#estimateTimer = setTimeout(() => void this.#estimate(), 400);
  }

  async #estimate(): Promise<void> {
    const { projectId } = this.#studio.app.state;
    const request = this.request();
    if (!projectId || typeof request === 'string') return this.#studio.app.set({ estimate: null });
    await this.#studio.flush();
    await studioClient.call('jobs.estimate', { projectId, request }).then(
      (estimate) => this.#studio.app.set({ estimate }),
      (error: unknown) => {
        const problem = error instanceof StudioError ? error.sentence : String(error);
        this.#studio.app.set({ estimate: { problem } });
      },
    );
  }

  async job(action: 'cancel' | 'retry' | 'dismiss', jobId: string): Promise<void> {
    const { projectId } = this.#studio.app.state;
    if (projectId)
      await this.#studio.attempt(async () => void (await studioClient.call(`jobs.${action}`, { projectId, jobId })));
  }

  async reveal(jobId: string): Promise<void> {
    const { projectId } = this.#studio.app.state;
    if (projectId)
      await this.#studio.attempt(async () => void (await studioClient.call('exports.reveal', { projectId, jobId })));
  }

  async decodeAgain(takeId: string): Promise<void> {
    const { projectId } = this.#studio.app.state;
    if (projectId)
      await this.#studio.attempt(async () => void (await studioClient.call('jobs.decodeAgain', { projectId, takeId })));
  }

  async exportTake(takeId: string, options: ExportOptions): Promise<void> {
    const { projectId } = this.#studio.app.state;
    if (!projectId) return;
    await this.#studio.attempt(async () => {
      await studioClient.call('exports.start', { projectId, takeId, options });
      this.#studio.app.set({ dialog: 'none' });
      this.#studio.notify(texts.export.started);
    });
  }

  /** Puts a take's settings back into the inspector, with its source and, where that is gone, its mask. */
  async recallTake(take: TakeRecord): Promise<void> {
    const { editor } = this.#studio;
    const { projectId } = this.#studio.app.state;
    const { recipe } = take;
    const { setup } = editor;
    if (!projectId || !setup) return;
    editor.begin('Use settings again');
    editor.update('Use settings again', setup, { settings: recipe.settings, modelId: recipe.model.id });
    const source = editor.document.get('source', recipe.source.sourceId);
    let maskId = editor.document.get('mask', recipe.maskId)?.id ?? null;
    if (source && maskId === null && recipe.drawingAssetId !== null) {
      const { drawing } = await studioClient.call('takes.drawing', { projectId, assetId: recipe.drawingAssetId });
      // The server parsed the drawing with the contract's schema.
      maskId = adoptDrawing(editor, source, drawing as MaskDrawing, take.name);
    }
    editor.commit();
    if (source) editor.look({ sourceId: source.id, maskId });
    this.#studio.notify(texts.takes.useAgainDone);
  }
}
