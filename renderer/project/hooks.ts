import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ModelView } from '../../electron/contract/methods.ts';
import type { DocumentStore } from '../editor/documentStore.ts';
import type { Session } from '../editor/session.ts';
import type { GestureHandlers } from '../ui/fields/SliderField.tsx';
import type { OpenProject } from './openProject.ts';
import type { ProjectState } from './projectScope.ts';

/** Carries the open project to every component that shows it. */
export const ProjectContext = createContext<OpenProject | null>(null);

/** The open project. */
export function useProject(): OpenProject {
  const project = useContext(ProjectContext);
  if (!project) throw new Error('Assertion failed: a component stands outside ProjectContext');
  return project;
}

/** A part of the session; the component draws again when it changes. The selector must give the same value for the same session. */
export function useSession<T>(select: (session: Session) => T): T {
  const { session } = useProject().editor;
  return useSyncExternalStore(session.subscribe, () => select(session.state));
}

/** A part of what is known of the project beside its document and session. */
export function useProjectState<T>(select: (state: ProjectState) => T): T {
  const { state } = useProject();
  return useSyncExternalStore(state.subscribe, () => select(state.state));
}

/** The models that there are to choose from. */
export function useModels(): readonly ModelView[] {
  const { models } = useProject();
  return useSyncExternalStore(models.subscribe, () => models.state.list);
}

/** Something of the document: a record or one of its cached lists, never a list made anew. */
export function useDocument<T>(select: (document: DocumentStore) => T): T {
  const { document } = useProject().editor;
  return useSyncExternalStore(document.subscribe, () => select(document));
}

/** Begin, commit and bail of a slider's gesture: one step of the history, under the label it is given. */
export function useGesture(): (label: string) => Omit<GestureHandlers, 'onChange'> {
  const { editor } = useProject();
  return (label) => ({
    onBegin: () => editor.begin(label),
    onCommit: () => editor.commit(),
    onBail: () => editor.bail(),
  });
}

/** Draws again after every step of the history. */
export function useHistoryVersion(): number {
  const { historyVersion } = useProject().editor;
  return useSyncExternalStore(historyVersion.subscribe, () => historyVersion.state.version);
}
