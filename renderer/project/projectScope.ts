import type { MethodOutput, ModelView } from '../../electron/contract/methods.ts';
import type { PromptWorld } from '../../electron/contract/models/promptWorld.ts';
import type { SubjectExamination } from '../../electron/contract/subjectExamination.ts';
import type { StudioClient } from '../client/studioClient.ts';
import type { Editor } from '../editor/editor.ts';
import type { StateStore } from '../editor/stateStore.ts';
import type { Messages } from './messages.ts';

/** Dialogs over an open project. */
export type DialogName =
  | 'none'
  | 'export'
  | 'shortcuts'
  | 'missing'
  | 'compare'
  | 'saveAs'
  | 'rename'
  | 'retakeFrames'
  | 'retakeRegion'
  | 'figures'
  | 'grid';

/** What the page knows of an open project beside its document and session. */
export interface ProjectState {
  dialog: DialogName;
  uploads: readonly { name: string; share: number }[];
  /** Words the chosen model knows; empty where it does not say. */
  words: ReadonlySet<string>;
  /** What the model can be asked for, where it knows one small world. */
  world: PromptWorld | null;
  /** What a run of the present settings would need, or why there can be none; null while it is being found out. */
  estimate: MethodOutput<'jobs.estimate'> | { problem: string } | null;
  /** What the model will find hard to see of the subject; null where nothing is known. */
  subject: SubjectExamination | null;
  seedLocked: boolean;
  /** Where takes are made: on this machine, or by the queue's workers. */
  runOn: 'here' | 'queue';
  /** Smart select is looking for the subject. */
  smartBusy: boolean;
  /** The checkpoint that selects by clicks; null where there is none, and smart select takes scribbles. */
  follower: MethodOutput<'studio.info'>['follower'];
  /** The frame that is, or was, encoded ahead of the first click on it. */
  clickFrame: { sourceId: string; frameIndex: number; isReady: boolean } | null;
}

/** A project's beginning. */
export const initialProjectState: ProjectState = {
  dialog: 'none',
  uploads: [],
  words: new Set(),
  world: null,
  estimate: null,
  subject: null,
  seedLocked: true,
  runOn: 'here',
  smartBusy: false,
  follower: null,
  clickFrame: null,
};

/** What an open project is opened with: the window around it. */
export interface ProjectSurroundings {
  client: StudioClient;
  windowId: string;
  info: MethodOutput<'studio.info'>;
  /** The models there are now; sets come and go while a project is open. */
  models: StateStore<{ list: readonly ModelView[] }>;
  messages: Messages;
  /** Shows the page of all models. */
  showModels(): void;
  /** Takes files of models, which are no pictures. */
  offerModelFiles(files: readonly File[]): Promise<void>;
}

/** What everything that acts on an open project works with. */
export interface ProjectScope extends ProjectSurroundings {
  readonly id: string;
  readonly editor: Editor;
  readonly state: StateStore<ProjectState>;
  /** The model the inspector names, else the first; undefined where none is installed. */
  readonly model: ModelView | undefined;
  /** Resolves when everything done so far is on disk, or has failed once more. */
  flush(): Promise<void>;
}
