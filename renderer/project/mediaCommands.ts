import type { SourceRecord } from '../../electron/contract/records.ts';
import { addSources } from '../editor/timelineCommands.ts';
import { texts } from '../ui/texts/texts.ts';
import type { ProjectScope } from './projectScope.ts';
import { brushFor } from './viewCommands.ts';

/** Bringing pictures, clips and sounds into an open project, and finding missing ones again. */
export class MediaCommands {
  readonly #project: ProjectScope;

  constructor(project: ProjectScope) {
    this.#project = project;
  }

  /** Asks for a source's thumbnails and waveform, which arrive as events; without them the source is used all the same. */
  prepare(source: SourceRecord): void {
    const { id: projectId, client } = this.#project;
    client.call('sources.prepare', { projectId, sourceId: source.id }).catch(() => undefined);
  }

  /** Brings files into the project: uploads, probes, and adds them as one step. A file that will not do is told and left out. */
  async importFiles(files: readonly File[]): Promise<void> {
    const { id: projectId, client, editor, messages, state } = this.#project;
    const sources: SourceRecord[] = [];
    for (const file of files) {
      const show = (share: number): void => state.set({ uploads: [{ name: file.name, share }] });
      show(0);
      await messages.attempt(async () => {
        const uploadId = await client.upload(file, show);
        const { source, note } = await client.call('sources.import', { projectId, uploadId, name: file.name });
        sources.push(source);
        if (note !== null) messages.warn(note);
      });
    }
    state.set({ uploads: [] });
    if (sources.length === 0) return;
    addSources(editor, sources);
    const seen = sources.findLast(({ media }) => media !== 'sound');
    if (seen) editor.session.set({ brushRadius: brushFor(seen) });
    await this.#project.flush();
    for (const source of sources) this.prepare(source);
  }

  /** Puts a file in a missing source's place. */
  async relink(source: SourceRecord, file: File): Promise<void> {
    const { id: projectId, client, editor, messages, state } = this.#project;
    const uploadId = await client.upload(file);
    const found = await client.call('sources.relink', { projectId, sourceId: source.id, uploadId });
    if (!found.identical) {
      editor.update('Find media', source, found.source);
      messages.notify(texts.missing.replaced);
    }
    await this.#project.flush();
    const missingSourceIds = editor.session.state.missingSourceIds.filter((id) => id !== source.id);
    editor.session.set({ missingSourceIds });
    this.prepare(found.source);
    if (missingSourceIds.length === 0) state.set({ dialog: 'none' });
  }
}
