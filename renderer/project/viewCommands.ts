import type { ItemRecord, SourceRecord, TakeRecord } from '../../electron/contract/records.ts';
import type { Editor } from '../editor/editor.ts';
import { initialSession } from '../editor/session.ts';
import { changeFormat } from '../editor/timeline/formatCommands.ts';
import { removeItem, splitItem } from '../editor/timeline/itemCommands.ts';
import { itemAt, timelineEnd } from '../editor/timelineCommands.ts';
import { shownSourceFrame } from '../preview/shownFrames.ts';

/** What is looked at, and what the timeline's buttons and keys do to it. */
export class ViewCommands {
  readonly #editor: Editor;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** Looks at what an item of the timeline shows. */
  showItem(item: ItemRecord): void {
    const editor = this.#editor;
    if (editor.session.state.viewMode === 'timeline') return;
    const take = editor.document.get('take', item.targetId);
    if (take) {
      editor.look({ takeId: take.id });
      if (editor.session.state.viewMode === 'source') editor.session.set({ viewMode: 'result' });
    } else if (item.targetId !== null) this.showSource(item.targetId);
    else editor.session.set({ viewMode: 'timeline', viewport: null });
  }

  /** Looks at a source, with its first mask. */
  showSource(sourceId: string): void {
    const editor = this.#editor;
    // A sound is heard, not looked at.
    if (editor.view?.sourceId === sourceId || editor.document.get('source', sourceId)?.media === 'sound') return;
    const mask = editor.document.all('mask').find((candidate) => candidate.sourceId === sourceId);
    // A take of another source has no place beside this one: its own last one takes it.
    const take = editor.document.all('take').findLast(({ recipe }) => recipe.source.sourceId === sourceId);
    editor.look({ sourceId, maskId: mask?.id ?? null, takeId: take?.id ?? null, compareTakeId: null });
    editor.session.set({ viewport: null, brushRadius: brushFor(editor.document.get('source', sourceId)) });
  }

  /** Looks at a take, beside what it was made from. */
  showTake(take: TakeRecord): void {
    const editor = this.#editor;
    const { sourceId } = take.recipe.source;
    if (sourceId !== null) this.showSource(sourceId);
    editor.look({ takeId: take.id });
    if (editor.session.state.viewMode === 'source') editor.session.set({ viewMode: 'sideBySide' });
  }

  /** Cuts the selected item, or the source under the playhead, at the playhead. */
  splitAtPlayhead(): void {
    const editor = this.#editor;
    const { selectedItemId, playhead } = editor.session.state;
    const item = editor.document.get('item', selectedItemId) ?? itemAt(editor.document, 'source', playhead);
    if (item) splitItem(editor, item, playhead);
  }

  /** Takes the selected item off the timeline, with `ripple` closing its gap; what it shows stays among media and takes. */
  removeSelected(ripple = false): void {
    const editor = this.#editor;
    const item = editor.document.get('item', editor.session.state.selectedItemId);
    if (!item) return;
    removeItem(editor, item, ripple);
    editor.session.set({ selectedItemId: null });
  }

  /** Marks the first or last frame of the source's part in use, at the playhead; where the timeline is looked at, of the part to export. */
  markRange(edge: 'in' | 'out'): void {
    const editor = this.#editor;
    if (editor.session.state.viewMode === 'timeline') {
      this.#markPart(edge);
      return;
    }
    const source = editor.document.get('source', editor.view?.sourceId);
    if (source?.media !== 'clip') return;
    const frame = shownSourceFrame(editor, source);
    if (edge === 'in')
      editor.update('Mark in', source, { inFrame: frame, outFrame: Math.max(source.outFrame, frame + 1) });
    else editor.update('Mark out', source, { outFrame: frame + 1, inFrame: Math.min(source.inFrame, frame) });
  }

  #markPart(edge: 'in' | 'out'): void {
    const editor = this.#editor;
    const project = editor.document.get('project', 'project');
    const { playhead } = editor.session.state;
    if (!project) return;
    const { inFrame = 0, outFrame = timelineEnd(editor.document) } = project.timeline ?? {};
    const part =
      edge === 'in'
        ? { inFrame: playhead, outFrame: Math.max(outFrame, playhead + 1) }
        : { inFrame: Math.min(inFrame, playhead), outFrame: playhead + 1 };
    changeFormat(editor, edge === 'in' ? 'Mark in' : 'Mark out', part);
  }

  /** Takes the marks of the timeline's part away. */
  clearPart(): void {
    changeFormat(this.#editor, 'Clear marks', { inFrame: undefined, outFrame: undefined });
  }
}

/** A brush that suits a source's size: its diameter a twentieth of the longer side. */
export function brushFor(source: SourceRecord | undefined): number {
  return source ? Math.max(2, Math.round(Math.max(source.width, source.height) / 40)) : initialSession.brushRadius;
}
