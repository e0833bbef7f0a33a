import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { AblatedSubject, AblationView } from '../../../electron/contract/grid/ablations.ts';
import { keyAt } from '../../editor/maskCommands.ts';
import { StateStore } from '../../editor/stateStore.ts';
import { shownSourceFrame } from '../../preview/shownFrames.ts';
import type { ProjectScope } from '../projectScope.ts';
import type { TakeCommands } from '../takeCommands.ts';

/** The ablations of an open project, and the one whose report is looked at. */
export interface AblationsState {
  /** Oldest first. */
  readonly ablations: readonly AblationView[];
  readonly shownId: string | null;
}

/** A source whose subject is marked. */
export interface SubjectChoice extends AblatedSubject {
  readonly name: string;
}

/** Everything about ablations: which subjects there are, starting, following and taking away. */
export class Ablations {
  readonly state = new StateStore<AblationsState>({ ablations: [], shownId: null });
  readonly #project: ProjectScope & { readonly takes: TakeCommands };

  constructor(project: ProjectScope & { readonly takes: TakeCommands }) {
    this.#project = project;
  }

  /** Reads the project's ablations. */
  async read(): Promise<void> {
    const { client, id: projectId } = this.#project;
    this.state.set(await client.call('ablations.list', { projectId }));
  }

  /** Takes in what the studio tells. */
  receive(event: Extract<StudioEvent, { type: 'ablation' | 'ablationGone' }>): void {
    const { ablations, shownId } = this.state.state;
    if (event.type === 'ablationGone') {
      const left = ablations.filter(({ id }) => id !== event.ablationId);
      this.state.set({ ablations: left, ...(shownId === event.ablationId ? { shownId: null } : {}) });
      return;
    }
    const { ablation } = event;
    if (ablation.projectId !== this.#project.id) return;
    const isKnown = ablations.some(({ id }) => id === ablation.id);
    const updated = ablations.map((other) => (other.id === ablation.id ? ablation : other));
    this.state.set({ ablations: isKnown ? updated : [...ablations, ablation] });
  }

  /** Sources with a marked subject, the looked-at one first. */
  subjects(): readonly SubjectChoice[] {
    const { editor } = this.#project;
    const { document, view } = editor;
    const choices = document.all('source').flatMap((source): SubjectChoice[] => {
      if (source.media === 'sound') return [];
      const isShown = source.id === view?.sourceId;
      const masks = document.all('mask').filter(({ sourceId }) => sourceId === source.id);
      const mask = (isShown ? masks.find(({ id }) => id === view?.maskId) : undefined) ?? masks[0];
      const key = mask && keyAt(document, mask.id, isShown ? shownSourceFrame(editor, source) : 0);
      if (!key && !source.hasAlpha) return [];
      const frameIndex = isShown ? shownSourceFrame(editor, source) : (key?.frameIndex ?? 0);
      return [{ name: source.name, sourceId: source.id, maskId: key ? key.maskId : null, frameIndex }];
    });
    const isFirst = ({ sourceId }: SubjectChoice): number => (sourceId === view?.sourceId ? 0 : 1);
    return choices.toSorted((a, b) => isFirst(a) - isFirst(b));
  }

  /** Starts an ablation of the inspector's model and settings. */
  async start(subjects: readonly SubjectChoice[], prompts: readonly string[]): Promise<void> {
    const { client, id: projectId, messages, takes } = this.#project;
    const request = takes.request();
    if (typeof request === 'string') return messages.notify(request);
    await this.#project.flush();
    const chosen = subjects.map(({ name: _, ...subject }) => subject);
    await client.call('ablations.start', { projectId, request, subjects: chosen, prompts: [...prompts] });
    await this.read();
  }

  async remove(ablationId: string): Promise<void> {
    const { client, id: projectId } = this.#project;
    await client.call('ablations.remove', { projectId, ablationId });
  }
}
