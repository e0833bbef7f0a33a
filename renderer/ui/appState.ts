import type { MethodOutput, ProjectSummary } from '../../electron/contract/methods.ts';

/** A message at the corner of the page. */
export interface Toast {
  id: number;
  kind: 'info' | 'error';
  message: string;
  hint: string | undefined;
  details: string | undefined;
}

/** What the page is doing as a whole. */
export interface AppState {
  phase: 'loading' | 'start' | 'project';
  info: MethodOutput<'studio.info'> | null;
  device: MethodOutput<'studio.device'> | null;
  projects: readonly ProjectSummary[];
  projectId: string | null;
  busy: string | null;
  uploads: readonly { name: string; share: number }[];
  toasts: readonly Toast[];
  dialog: 'none' | 'export' | 'shortcuts' | 'missing' | 'compare' | 'saveAs' | 'rename';
  words: ReadonlySet<string>;
  /** What a run of the present settings would need, or why there can be none; null while it is being found out. */
  estimate: MethodOutput<'jobs.estimate'> | { problem: string } | null;
  seedLocked: boolean;
  smartBusy: boolean;
}

/** The page before anything is known. */
export const initialAppState: AppState = {
  phase: 'loading',
  info: null,
  device: null,
  projects: [],
  projectId: null,
  busy: null,
  uploads: [],
  toasts: [],
  dialog: 'none',
  words: new Set(),
  estimate: null,
  seedLocked: true,
  smartBusy: false,
};
