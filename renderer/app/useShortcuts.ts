import { useEffect } from 'react';
import type { MaskDisplay, ToolName, ViewMode } from '../editor/session.ts';
import { timelineEnd, toggleMarker } from '../editor/timelineCommands.ts';
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
const modes: readonly ViewMode[] = ['source', 'result', 'sideBySide', 'wipe', 'difference'];
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
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    window.addEventListener('pointerdown', onPointer);
    return () => {
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

function onCommand(project: OpenProject, event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (key === 'z' && !event.shiftKey) project.editor.undo();
  else if ((key === 'z' && event.shiftKey) || key === 'y') project.editor.redo();
  else return false;
  return true;
}

/** Runs a key's action; false where the key means nothing here. */
function onKey(project: OpenProject, event: KeyboardEvent): boolean {
  const { editor, playback } = project;
  const { session } = editor;
  const onSlider = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'slider';
  const inRadio = event.target instanceof HTMLElement && event.target.getAttribute('role') === 'radio';
  const isArrow = event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End';
  if (isArrow && (onSlider || inRadio)) return false;
  const tool = event.altKey ? undefined : tools[event.key.toLowerCase()];
  if (tool) {
    session.set({ tool });
    return true;
  }
  const mode = modes[Number(event.key) - 1];
  if (mode) {
    session.set({ viewMode: mode, viewport: null });
    return true;
  }
  switch (event.key) {
    case 'j':
      playback.setSpeed(Math.max(-4, session.state.speed >= 0 ? -1 : session.state.speed * 2));
      return true;
    case 'k':
      playback.setSpeed(0);
      return true;
    case 'l':
      playback.setSpeed(Math.min(4, session.state.speed <= 0 ? 1 : session.state.speed * 2));
      return true;
    case 'ArrowLeft':
      playback.step(event.shiftKey ? -10 : -1);
      return true;
    case 'ArrowRight':
      playback.step(event.shiftKey ? 10 : 1);
      return true;
    case 'Home':
      playback.seek(0);
      return true;
    case 'End':
      playback.seek(timelineEnd(editor.document) - 1);
      return true;
    case 'i':
      project.view.markRange('in');
      return true;
    case 'o':
      project.view.markRange('out');
      return true;
    case 's':
      project.view.splitAtPlayhead();
      return true;
    case 'm':
      toggleMarker(editor);
      return true;
    case 'n':
      session.set({ snapping: !session.state.snapping });
      return true;
    case 't':
      session.set({
        maskDisplay: displays[(displays.indexOf(session.state.maskDisplay) + 1) % displays.length] ?? 'tint',
      });
      return true;
    case 'f':
      session.set({ viewport: null });
      return true;
    case 'Delete':
    case 'Backspace':
      project.view.removeSelected();
      return true;
    case '+':
    case '=':
      zoomTimeline(editor, 1.4);
      return true;
    case '-':
      zoomTimeline(editor, 1 / 1.4);
      return true;
    case '[':
      session.set({ brushRadius: Math.max(0.5, session.state.brushRadius / 1.15) });
      return true;
    case ']':
      session.set({ brushRadius: Math.min(1000, session.state.brushRadius * 1.15) });
      return true;
    case '{':
      session.set({ brushHardness: Math.max(0, session.state.brushHardness - 0.1) });
      return true;
    case '}':
      session.set({ brushHardness: Math.min(1, session.state.brushHardness + 0.1) });
      return true;
    case '?':
      project.state.set({ dialog: 'shortcuts' });
      return true;
    default:
      return false;
  }
}
