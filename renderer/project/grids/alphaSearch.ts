import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { AlphaPoint, AlphaSearchView, ScoreWeights } from '../../../electron/contract/grid/alphaSearches.ts';
import { StateStore } from '../../editor/stateStore.ts';
import { texts } from '../../ui/texts/texts.ts';
import type { ProjectScope } from '../projectScope.ts';
import type { TakeCommands } from '../takeCommands.ts';

/** The search for the two α of an open project: starting, following, and taking what it found. */
export class AlphaSearch {
  readonly state = new StateStore<{ search: AlphaSearchView | null }>({ search: null });
  readonly #project: ProjectScope & { readonly takes: TakeCommands };

  constructor(project: ProjectScope & { readonly takes: TakeCommands }) {
    this.#project = project;
  }

  /** Reads the project's search. */
  async read(): Promise<void> {
    const { client, id: projectId } = this.#project;
    this.state.set(await client.call('alpha.read', { projectId }));
  }

  /** Searches for what the inspector holds. */
  async start(weights: ScoreWeights): Promise<void> {
    const { client, id: projectId, messages, takes } = this.#project;
    const request = takes.request();
    if (typeof request === 'string') return messages.notify(request);
    await this.#project.flush();
    await client.call('alpha.start', { projectId, request, weights });
  }

  /** Goes on with the search that was stopped or failed. */
  async goOn(): Promise<void> {
    const { client, id: projectId } = this.#project;
    await client.call('alpha.goOn', { projectId });
  }

  /** Takes in what the studio tells. */
  receive({ search }: Extract<StudioEvent, { type: 'alphaSearch' }>): void {
    if (search.projectId === this.#project.id) this.state.set({ search });
  }

  /** Puts a point into the inspector, in the place of lanes: one step of the history. */
  use({ text, image, groups }: AlphaPoint): void {
    const { editor, messages } = this.#project;
    const settings = editor.setup?.settings;
    if (!settings) return;
    const { alpha, overTime } = settings;
    const layers = Object.entries(groups).map(([name, factor]) => ({ layers: name, text: factor, image: factor }));
    editor.updateSettings(texts.findAlpha.use, {
      alpha: { ...alpha, text, image, layers },
      overTime: { ...overTime, frames: { ...overTime.frames, textAlpha: [], imageAlpha: [] } },
    });
    messages.notify(texts.findAlpha.used);
  }
}
