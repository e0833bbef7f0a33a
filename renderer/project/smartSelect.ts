import { errorFromWire } from '../../electron/contract/errorOnWire.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import type { SourceRecord } from '../../electron/contract/records.ts';
import type { RegionPrompt } from '../../models/masks/maskDrawing.ts';
import { activeMask, addOperation, lastOperation } from '../editor/maskCommands.ts';
import type { Scribbles } from '../editor/session.ts';
import type { ClickGesture } from '../editor/tools/tool.ts';
import type { ProjectScope } from './projectScope.ts';

type Answer = Extract<StudioEvent, { type: 'smartSelect' }>;

/** What a selection was asked for: it lands here or nowhere. */
interface Target {
  sourceId: string;
  /** Null: the source had no mask yet. */
  maskId: string | null;
  frameIndex: number;
}

/** How long an answer may take, encoding and all, before the next click is let through. */
const patienceMilliseconds = 120_000;

/**
 * Finds the subject where the hand points. Scribbles go to GrabCut and come back as one region. Clicks go to the model that selects by
 * them: each is one step, and goes on from the region that the last one found on the same frame.
 */
export class SmartSelect {
  readonly #project: ProjectScope;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #scribbled: string | undefined;
  #clicks: Promise<void> = Promise.resolve();

  constructor(project: ProjectScope) {
    this.#project = project;
  }

  /** Asks for the subject under the scribbles, in the place of a question not answered yet. */
  async ask({ sourceId, frameIndex, strokes }: Scribbles): Promise<void> {
    const { id: projectId, client, editor, messages, state } = this.#project;
    const requestId = crypto.randomUUID();
    const target = { sourceId, frameIndex, maskId: activeMask(editor)?.id ?? null };
    // A question that another takes the place of is answered for nobody.
    if (this.#scribbled !== undefined) this.#waiting.delete(this.#scribbled);
    this.#scribbled = requestId;
    state.set({ smartBusy: true });
    this.#waiting.set(requestId, (answer) => {
      this.#endScribbles(requestId);
      this.#land(target, answer, 'Smart select');
    });
    try {
      const scribbles = [...strokes];
      await client.call('masks.smartSelect', { projectId, requestId, sourceId, frameIndex, scribbles });
    } catch (error) {
      this.#endScribbles(requestId);
      messages.fail(error);
    }
  }

  #endScribbles(requestId: string): void {
    this.#waiting.delete(requestId);
    if (this.#scribbled !== requestId) return;
    this.#scribbled = undefined;
    this.#project.editor.session.set({ scribbles: null });
    this.#project.state.set({ smartBusy: false });
  }

  /** Encodes a frame ahead of the first click on it. */
  async prepare(source: SourceRecord, frameIndex: number): Promise<void> {
    const { id: projectId, client, messages, state } = this.#project;
    const { clickFrame } = state.state;
    if (clickFrame?.sourceId === source.id && clickFrame.frameIndex === frameIndex) return;
    state.set({ clickFrame: { sourceId: source.id, frameIndex, isReady: false } });
    await messages.attempt(() => client.call('masks.prepareClick', { projectId, sourceId: source.id, frameIndex }));
  }

  /** Takes in that a frame is encoded. */
  receiveReady({ sourceId, frameIndex, error }: Extract<StudioEvent, { type: 'clickReady' }>): void {
    const { messages, state } = this.#project;
    const { clickFrame } = state.state;
    if (clickFrame?.sourceId !== sourceId || clickFrame.frameIndex !== frameIndex) return;
    state.set({ clickFrame: error ? null : { ...clickFrame, isReady: true } });
    if (error) messages.fail(errorFromWire(error));
  }

  /** Looks for a checkpoint anew, where there was none. */
  async lookForModel(): Promise<void> {
    const { client, state } = this.#project;
    if (state.state.follower) return;
    const { follower } = await client.call('studio.info', {});
    state.set({ follower });
  }

  /** Selects by a click, after those before it. */
  click(source: SourceRecord, frameIndex: number, gesture: ClickGesture): Promise<void> {
    this.#clicks = this.#clicks.then(() =>
      this.#project.messages.attempt(() => this.#clickNow(source, frameIndex, gesture)),
    );
    return this.#clicks;
  }

  async #clickNow(source: SourceRecord, frameIndex: number, gesture: ClickGesture): Promise<void> {
    const { id: projectId, client, editor, state } = this.#project;
    const mask = activeMask(editor);
    const target = { sourceId: source.id, frameIndex, maskId: mask?.id ?? null };
    const last = mask && lastOperation(editor.document, mask, frameIndex);
    const before = last?.operation.kind === 'region' ? last.operation : undefined;
    const more = gesture.kind === 'point' && !gesture.begins ? gesture : undefined;
    const isMore = more !== undefined && before?.prompt !== undefined;
    const prompt = more && before?.prompt ? morePrompt(before.prompt, more) : newPrompt(gesture);
    const takesAway = gesture.kind === 'point' && !gesture.adds;
    const mode = isMore ? before.mode : takesAway ? 'erase' : 'paint';
    const requestId = crypto.randomUUID();
    state.set({ smartBusy: true });
    try {
      const answer = await this.#answerTo(requestId, () =>
        client.call('masks.click', { projectId, requestId, sourceId: source.id, frameIndex, prompt }),
      );
      const operation = answer.operation?.kind === 'region' ? { ...answer.operation, mode } : null;
      const replaced = isMore && last ? editor.document.get('stroke', last.id) : undefined;
      if (operation && replaced) editor.update('Smart click', replaced, { operation });
      else this.#land(target, { ...answer, operation }, 'Smart click');
    } finally {
      state.set({ smartBusy: false });
    }
  }

  #answerTo(requestId: string, ask: () => Promise<unknown>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#waiting.get(requestId)?.({ type: 'smartSelect', requestId, operation: null, error: null }),
        patienceMilliseconds,
      );
      this.#waiting.set(requestId, (answer) => {
        clearTimeout(timer);
        this.#waiting.delete(requestId);
        resolve(answer);
      });
      ask().catch((error: unknown) => {
        clearTimeout(timer);
        this.#waiting.delete(requestId);
        reject(error);
      });
    });
  }

  /** Takes an answer in; one that nobody waits for passes by. */
  receive(event: Answer): void {
    this.#waiting.get(event.requestId)?.(event);
  }

  #land(target: Target, { operation, error }: Answer, label: string): void {
    const { editor, messages } = this.#project;
    const source = editor.document.get('source', target.sourceId);
    const mask = editor.document.get('mask', target.maskId);
    const isThere = source !== undefined && (target.maskId === null || mask !== undefined);
    if (operation && isThere) addOperation(editor, source, target.frameIndex, operation, label, mask);
    if (error) messages.fail(errorFromWire(error));
  }
}

function newPrompt(gesture: ClickGesture): RegionPrompt {
  // What is to be taken away is selected first, as anything is.
  if (gesture.kind === 'point') return { points: [{ x: gesture.x, y: gesture.y, adds: true }], box: null };
  return { points: [], box: gesture.box };
}

function morePrompt(before: RegionPrompt, { x, y, adds }: Extract<ClickGesture, { kind: 'point' }>): RegionPrompt {
  return { ...before, points: [...before.points, { x, y, adds }] };
}
