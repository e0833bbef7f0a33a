import { useEffect } from 'react';
import { shownItemAt } from '../../electron/contract/timeline/shownItems.ts';
import type { MaskDisplay, ToolName, ViewMode } from '../editor/session.ts';
import { nextCut, timelineEnd, toggleMarker } from '../editor/timelineCommands.ts';
import type { OpenProject } from '../project/openProject.ts';
import { zoomTimeline } from '../timeline/timelineWindow.ts';

const tools: Readonly<Record<string, ToolName>> = {
  b: 'brush',
  e: 'eraser',
  q: 'lasso',
  r: 'rectangle',
  g: 'fill',
  w: 'smart',
  h: 'pan',
};
const modes: readonly ViewMode[] = ['source', 'result', 'sideBySide', 'wipe', 'difference', 'timeline'];
const displays: readonly MaskDisplay[] = ['tint', 'outline', 'model', 'hidden'];
/** A press of Space shorter than this plays or pauses; a longer one panned. */
const tapMilliseconds = 250;

/** The keyboard's way to everything, wherever the focus is, except while text is typed or a dialog is open. */
export function useShortcuts(project: OpenProject): void {
  useEffect(() => {
    let spaceDown = 0;
    let spaceUsed = false;
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = event.ctrlKey || event.metaKey;
      if (command && event.key === 'Enter') {
        event.preventDefault();
        void project.messages.attempt(() => project.takes.startTake());
        return;
      }
      if (isTyping(event.target) || project.state.state.dialog !== 'none') return;
      if (event.code === 'Space') {
        if (event.target instanceof HTMLButtonElement || event.target instanceof HTMLSelectElement) return;
        event.preventDefault();
        if (!event.repeat) {
          spaceDown = performance.now();
          spaceUsed = false;
        }
        return;
      }
      const handled = command ? onCommand(project, event) : onKey(project, event);
      if (handled) event.preventDefault();
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.code !== 'Space' || spaceDown === 0) return;
      if (!spaceUsed && performance.now() - spaceDown < tapMilliseconds) project.playback.toggle();
      spaceDown = 0;
    };
    const onPointer = (): void => {
      spaceUsed = true;
    };
    const onPaste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || isTyping(event.target) || project.state.state.dialog !== 'none') return;
      event.preventDefault();
      void project.receiveFiles(files);
    };
    window.addEventListener('paste', onPaste);
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('pointerdown', onPointer);
    return () => {
      window.removeEventListener('paste', onPaste);
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
      window.removeEventListener('pointerdown', onPointer);
    };
  }, [project]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  );
}

function onCommand({ editor }: OpenProject, event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) editor.undo();
  else if (key === 'z' || key === 'y') editor.redo();
  else return false;
  return true;
}

/** Runs a key's action; false where the key means nothing here. */
function onKey(project: OpenProject, event: KeyboardEvent): boolean {
  const role = event.target instanceof HTMLElement ? event.target.getAttribute('role') : null;
  const isArrow = event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End';
  if (isArrow && (role === 'slider' || role === 'radio')) return false;
  const { session } = project.editor;
  const tool = event.altKey ? undefined : tools[event.key.toLowerCase()];
  const viewMode = modes[Number(event.key) - 1];
  const action = actions[event.key];
  if (tool) session.set({ tool });
  else if (viewMode) session.set({ viewMode, viewport: null });
  else if (action) action(project, event);
  else return false;
  return true;
}

/** What the other keys do. */
const actions: Readonly<Record<string, (project: OpenProject, event: KeyboardEvent) => void>> = {
  j: (project) => faster(project, -1),
  k: ({ playback }) => playback.setSpeed(0),
  l: (project) => faster(project, 1),
  ArrowLeft: ({ playback }, { shiftKey }) => playback.step(shiftKey ? -10 : -1),
  ArrowRight: ({ playback }, { shiftKey }) => playback.step(shiftKey ? 10 : 1),
  ArrowUp: (project) => toCut(project, -1),
  ArrowDown: (project) => toCut(project, 1),
  Home: ({ playback }) => playback.seek(0),
  End: ({ playback, editor }) => playback.seek(timelineEnd(editor.document) - 1),
  i: ({ view }) => view.markRange('in'),
  o: ({ view }) => view.markRange('out'),
  s: ({ view }) => view.splitAtPlayhead(),
  m: ({ editor }) => toggleMarker(editor),
  n: ({ editor: { session } }) => session.set({ snapping: !session.state.snapping }),
  t: ({ editor: { session } }) => {
    const next = (displays.indexOf(session.state.maskDisplay) + 1) % displays.length;
    session.set({ maskDisplay: displays[next] ?? 'tint' });
  },
  F: ({ following, messages }) => void messages.attempt(() => following.toggle()),
  d: ({ following }) => following.nextDoubt(),
  v: ({ state }) => state.set({ dialog: 'grid' }),
  f: ({ editor }) => editor.session.set({ viewport: null }),
  Delete: ({ view }, { shiftKey }) => view.removeSelected(shiftKey),
  Backspace: ({ view }, { shiftKey }) => view.removeSelected(shiftKey),
  '+': ({ editor }) => zoomTimeline(editor, 1.4),
  '=': ({ editor }) => zoomTimeline(editor, 1.4),
  '-': ({ editor }) => zoomTimeline(editor, 1 / 1.4),
  '[': (project) => resizeBrush(project, 1 / 1.15),
  ']': (project) => resizeBrush(project, 1.15),
  '{': (project) => hardenBrush(project, -0.1),
  '}': (project) => hardenBrush(project, 0.1),
  '?': ({ state }) => state.set({ dialog: 'shortcuts' }),
};

/** Goes to where a piece begins or ends, and takes the topmost one that lies there in hand. */
function toCut({ playback, editor }: OpenProject, direction: 1 | -1): void {
  const { document, session } = editor;
  playback.seek(nextCut(document, session.state.playhead, direction));
  const item = shownItemAt(document.all('track'), document.all('item'), session.state.playhead);
  session.set({ selectedItemId: item?.id ?? null });
}

/** Plays in a direction; again in the same one doubles the speed, up to four times. */
function faster({ playback, editor }: OpenProject, direction: 1 | -1): void {
  const { speed } = editor.session.state;
  playback.setSpeed(direction * (speed * direction <= 0 ? 1 : Math.min(4, Math.abs(speed) * 2)));
}

function resizeBrush({ editor: { session } }: OpenProject, factor: number): void {
  session.set({ brushRadius: Math.min(1000, Math.max(0.5, session.state.brushRadius * factor)) });
}

function hardenBrush({ editor: { session } }: OpenProject, change: number): void {
  session.set({ brushHardness: Math.min(1, Math.max(0, session.state.brushHardness + change)) });
}
