import { createContext, useContext, useSyncExternalStore } from 'react';
import type { DocumentStore } from '../editor/documentStore.ts';
import type { Session } from '../editor/session.ts';
import type { AppState } from './appState.ts';
import type { GestureHandlers } from './controls.tsx';
import type { StudioController } from './studioController.ts';

/** Carries the controller to every component. */
export const StudioContext = createContext<StudioController | null>(null);

/** The page's controller. */
export function useStudio(): StudioController {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error('Assertion failed: a component stands outside StudioContext');
  return studio;
}

/** A part of the session; the component draws again when it changes. The selector must give the same value for the same session. */
export function useSession<T>(select: (session: Session) => T): T {
  const { session } = useStudio().editor;
  return useSyncExternalStore(session.subscribe, () => select(session.state));
}

/** A part of the page's own state. */
export function useApp<T>(select: (app: AppState) => T): T {
  const { app } = useStudio();
  return useSyncExternalStore(app.subscribe, () => select(app.state));
}

/** Something of the document: a record or one of its cached lists, never a list made anew. */
export function useDocument<T>(select: (document: DocumentStore) => T): T {
  const { document } = useStudio().editor;
  return useSyncExternalStore(
    (listener) => document.subscribe(listener),
    () => select(document),
  );
}

/** Begin, commit and bail of a slider's gesture: one step of the history, under the label it is given. */
export function useGesture(): (label: string) => Omit<GestureHandlers, 'onChange'> {
  const { editor } = useStudio();
  return (label) => ({
    onBegin: () => editor.begin(label),
    onCommit: () => editor.commit(),
    onBail: () => editor.bail(),
  });
}

/** Draws again after every step of the history. */
export function useHistoryVersion(): number {
  const { historyVersion } = useStudio().editor;
  return useSyncExternalStore(historyVersion.subscribe, () => historyVersion.state.version);
}
