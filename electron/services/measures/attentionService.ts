import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import type { EventBus } from '../eventBus.ts';
import { planJob } from '../jobs/takePlan.ts';
import type { ModelCatalogue } from '../models/modelCatalogue.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { mapsPath, readAttentionFacts } from './attentionFile.ts';
import type { MeasurePort } from './measureProgram.ts';

/** What attention is read with. */
export interface AttentionServiceOptions {
  readonly bus: EventBus;
  readonly catalogue: ModelCatalogue;
  readonly measures: MeasurePort;
}

/** Where kept takes' words and pictures were looked at: read once a take by one pass over it, kept in the project's cache. */
export class AttentionService {
  readonly #options: AttentionServiceOptions;
  readonly #reading = new Set<string>();

  constructor(options: AttentionServiceOptions) {
    this.#options = options;
  }

  /** Reads a take's maps and tells them; a take that is being read is told once. @throws StudioError where it kept no latents */
  read(project: OpenProject, takeId: string): void {
    const take = project.store.get('take', takeId);
    if (!take.result.latentsAssetId)
      throw new StudioError('asset-missing', `${take.name} has no saved latents to look into.`, {
        hint: 'Make it anew from its recipe.',
      });
    const key = `${project.id} ${takeId}`;
    if (this.#reading.has(key)) return;
    this.#reading.add(key);
    const told = { type: 'attention', projectId: project.id, takeId } as const;
    this.#facts(project, takeId, take.result.latentsAssetId)
      .then(
        (facts) => {
          const attention = { ...facts, url: `/previews/${project.id}/attention/${takeId}.bin` };
          this.#options.bus.publish({ ...told, attention, error: null });
        },
        (error: unknown) =>
          this.#options.bus.publish({
            ...told,
            attention: null,
            error: wireErrorOf(error, 'Attention could not be read'),
          }),
      )
      .finally(() => this.#reading.delete(key));
  }

  /** The bytes of a take's maps. */
  async maps(project: OpenProject, takeId: string): Promise<Uint8Array> {
    const { id } = project.store.get('take', takeId);
    return readFile(mapsPath(folderOf(project, id))).catch(() => {
      throw new StudioError('asset-missing', 'These maps are gone.', { hint: 'Ask for them again.' });
    });
  }

  async #facts(project: OpenProject, takeId: string, latentsAssetId: string) {
    const folder = folderOf(project, takeId);
    const known = await readAttentionFacts(folder);
    if (known) return known;
    const { recipe } = project.store.get('take', takeId);
    const place = { id: takeId, folder };
    const { settings, source, mask, modelFolder } = await planJob(project, place, recipe, this.#options.catalogue);
    const latents = join(folder, 'latents.safetensors');
    await writeFileAtomic(latents, await project.store.assets.read(latentsAssetId));
    try {
      const answer = await this.#options.measures.attention({ folder, job: { settings, source, mask }, modelFolder });
      if ('error' in answer)
        throw new StudioError('internal', answer.error, { hint: 'Try again; a smaller take needs less memory.' });
      return answer.facts;
    } finally {
      await rm(latents, { force: true });
    }
  }
}

const folderOf = ({ store }: OpenProject, takeId: string): string => join(store.folder, 'cache', 'attention', takeId);
