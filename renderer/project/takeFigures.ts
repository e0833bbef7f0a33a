import { errorFromWire } from '../../electron/contract/errorOnWire.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import type { MeasuredTake } from '../../electron/contract/measures/measures.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import { StateStore } from '../editor/stateStore.ts';
import type { ProjectScope } from './projectScope.ts';

/** What is known of a take's figures. */
export type KnownFigures = MeasuredTake | 'measuring' | { readonly problem: string };

/** Figures of an open project's takes, by take: asked for once, and again after a failure. Never in history. */
export class TakeFigures {
  readonly state = new StateStore<{ taken: Readonly<Record<string, KnownFigures>> }>({ taken: {} });
  readonly #project: ProjectScope;

  constructor(project: ProjectScope) {
    this.#project = project;
  }

  /** Has a take measured, unless it was. */
  ask(takeId: string): void {
    const known = this.state.state.taken[takeId];
    if (known !== undefined && (known === 'measuring' || !('problem' in known))) return;
    this.#put(takeId, 'measuring');
    const { client, id: projectId } = this.#project;
    client
      .call('takes.measure', { projectId, takeId })
      .catch((error: unknown) =>
        this.#put(takeId, { problem: error instanceof StudioError ? error.sentence : String(error) }),
      );
  }

  /** Takes in what the studio tells. */
  receive({ projectId, takeId, measured, error }: Extract<StudioEvent, { type: 'takeMeasured' }>): void {
    if (projectId !== this.#project.id) return;
    if (measured) this.#put(takeId, measured);
    else if (error) this.#put(takeId, { problem: errorFromWire(error).sentence });
  }

  #put(takeId: string, known: KnownFigures): void {
    this.state.set({ taken: { ...this.state.state.taken, [takeId]: known } });
  }
}
