import type { StudioEvent } from '../../../electron/contract/events.ts';
import type { FoundFileView, ModelLibraryView } from '../../../electron/contract/models/modelLibrary.ts';
import type { StudioClient } from '../../client/studioClient.ts';
import { StateStore } from '../../editor/stateStore.ts';

/** A model file that was dropped, and the word for its folder where the desktop gave one. */
export interface OfferedFile {
  name: string;
  grant: string | null;
}

/** What the model page shows; kept up by events once it was read. */
export class ModelLibraryState {
  readonly state = new StateStore<{ view: ModelLibraryView | null; offered: OfferedFile | null }>({
    view: null,
    offered: null,
  });
  readonly #client: StudioClient;

  constructor(client: StudioClient) {
    this.#client = client;
  }

  /** Reads everything; `scan` looks through the folders again. */
  async read(scan = false): Promise<void> {
    this.state.set({ view: await this.#client.call('models.library', { scan }) });
  }

  /** Takes in what the studio tells of models. */
  receive(event: StudioEvent): void {
    const { view } = this.state.state;
    if (!view) return;
    if (event.type === 'modelFiles') this.state.set({ view: { ...view, files: merged(view.files, event.files) } });
    else if (event.type === 'modelScan') {
      const { scanning, folders, sets } = event;
      const there = new Set(event.fileIds);
      this.state.set({
        view: { ...view, scanning, folders, sets, files: view.files.filter(({ id }) => there.has(id)) },
      });
    } else if (event.type === 'modelFetch') {
      const entries = view.entries.map((entry) => (entry.id === event.entry.id ? event.entry : entry));
      this.state.set({ view: { ...view, entries } });
    }
  }
}

/** Files with some of them new or changed, in the order in which they came. */
function merged(before: readonly FoundFileView[], changed: readonly FoundFileView[]): FoundFileView[] {
  const files = new Map(before.map((file) => [file.id, file]));
  for (const file of changed) files.set(file.id, file);
  return [...files.values()];
}
