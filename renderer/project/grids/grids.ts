import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { GridAxis } from '../../../electron/contract/grid/gridAxes.ts';
import type { GridView } from '../../../electron/contract/grid/grids.ts';
import { download } from '../../client/download.ts';
import { StateStore } from '../../editor/stateStore.ts';
import { texts } from '../../ui/texts/texts.ts';
import type { ProjectScope } from '../projectScope.ts';
import type { TakeCommands } from '../takeCommands.ts';

/** The grids of an open project, and the one that is looked at. */
export interface GridsState {
  /** Oldest first; null until they were read. */
  grids: readonly GridView[] | null;
  /** Null: a new one is put together. */
  shownId: string | null;
}

/** Everything about grids of takes: starting, following, keeping cells as takes, and their exports. */
export class Grids {
  readonly state = new StateStore<GridsState>({ grids: null, shownId: null });
  readonly #project: ProjectScope & { readonly takes: TakeCommands };

  constructor(project: ProjectScope & { readonly takes: TakeCommands }) {
    this.#project = project;
  }

  /** Reads the project's grids, and shows the latest where none was chosen. */
  async read(): Promise<void> {
    const { client, id: projectId } = this.#project;
    const { grids } = await client.call('grids.list', { projectId });
    const { shownId, grids: before } = this.state.state;
    this.state.set({ grids, shownId: before === null ? (grids.at(-1)?.id ?? null) : shownId });
  }

  /** Takes in what the studio tells. */
  receive(event: Extract<StudioEvent, { type: 'grid' | 'gridGone' }>): void {
    const { grids } = this.state.state;
    if (!grids) return;
    if (event.type === 'gridGone') {
      const left = grids.filter(({ id }) => id !== event.gridId);
      this.state.set({ grids: left, ...(this.state.state.shownId === event.gridId ? { shownId: null } : {}) });
      return;
    }
    const { grid } = event;
    if (grid.projectId !== this.#project.id) return;
    const known = grids.some(({ id }) => id === grid.id);
    this.state.set({ grids: known ? grids.map((other) => (other.id === grid.id ? grid : other)) : [...grids, grid] });
  }

  /** Starts a grid of what the inspector holds and shows it. */
  async start(x: GridAxis, y: GridAxis | null): Promise<void> {
    const { client, id: projectId, messages, takes } = this.#project;
    const request = takes.request();
    if (typeof request === 'string') return messages.notify(request);
    await this.#project.flush();
    const { gridId } = await client.call('grids.start', { projectId, request, x, y });
    await this.read();
    this.state.set({ shownId: gridId });
  }

  /** Keeps a cell as a take, one step of the history, and shows it; one that was kept is shown. */
  async keep({ id: gridId, cells }: GridView, cell: number): Promise<void> {
    const { client, id: projectId, editor, messages } = this.#project;
    const known = editor.document.get('take', cells[cell]?.takeId);
    if (known) {
      editor.look({ takeId: known.id });
      return messages.notify(texts.grid.kept);
    }
    const { takeId, records } = await client.call('grids.takeOfCell', { projectId, gridId, cell });
    editor.add(texts.grid.keep, ...records);
    editor.look({ takeId });
    messages.notify(texts.grid.kept);
  }

  async remove(gridId: string): Promise<void> {
    const { client, id: projectId } = this.#project;
    await client.call('grids.remove', { projectId, gridId });
  }

  /** Writes a grid out: a video by a job, a picture or a table at once. */
  async export(gridId: string, form: 'video' | 'picture' | 'table'): Promise<void> {
    const { client, id: projectId, messages } = this.#project;
    const { file } = await client.call('grids.export', { projectId, gridId, form });
    if (file) download(file.url, file.name);
    else messages.notify(texts.export.started);
  }
}
