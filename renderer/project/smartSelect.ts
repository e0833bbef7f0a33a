import { errorFromWire } from '../../electron/contract/errorOnWire.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import { activeMask, addOperation } from '../editor/maskCommands.ts';
import type { Scribbles } from '../editor/session.ts';
import type { ProjectScope } from './projectScope.ts';

/** What a selection was asked for: it lands here or nowhere. */
interface Target {
  requestId: string;
  sourceId: string;
  /** Null: the source had no mask yet. */
  maskId: string | null;
  frameIndex: number;
}

/** Sends scribbles to smart select; the region that comes back becomes one step, on the frame and mask it was asked for. */
export class SmartSelect {
  readonly #project: ProjectScope;
  #target: Target | undefined;

  constructor(project: ProjectScope) {
    this.#project = project;
  }

  /** Asks for the subject under the scribbles, in the place of a question not answered yet. */
  async ask({ sourceId, frameIndex, strokes }: Scribbles): Promise<void> {
    const { id: projectId, client, editor, messages, state } = this.#project;
    const requestId = crypto.randomUUID();
    const target = { requestId, sourceId, maskId: activeMask(editor)?.id ?? null, frameIndex };
    this.#target = target;
    state.set({ smartBusy: true });
    try {
      await client.call('masks.smartSelect', {
        projectId,
        requestId,
        sourceId,
        frameIndex,
        scribbles: [...strokes],
      });
    } catch (error) {
      if (this.#target === target) this.#end();
      messages.fail(error);
    }
  }

  /** Takes the answer in; one to an older question passes by. */
  receive(event: Extract<StudioEvent, { type: 'smartSelect' }>): void {
    const target = this.#target;
    if (!target || event.requestId !== target.requestId) return;
    this.#end();
    const { editor, messages } = this.#project;
    const source = editor.document.get('source', target.sourceId);
    const mask = editor.document.get('mask', target.maskId);
    const isThere = source !== undefined && (target.maskId === null || mask !== undefined);
    if (event.operation && isThere)
      addOperation(editor, source, target.frameIndex, event.operation, 'Smart select', mask);
    if (event.error) messages.fail(errorFromWire(event.error));
  }

  #end(): void {
    this.#target = undefined;
    this.#project.editor.session.set({ scribbles: null });
    this.#project.state.set({ smartBusy: false });
  }
}
