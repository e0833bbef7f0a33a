import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import type { MeasuredTake } from '../../contract/measures/measures.ts';
import { planJob } from '../jobs/takePlan.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { framePathsOf } from '../projects/takeFrames.ts';
import type { AttentionServiceOptions } from './attentionService.ts';

/** What takes are measured with. */
export interface FiguresServiceOptions extends AttentionServiceOptions {
  /** Where backbones are looked for. */
  readonly folders: readonly string[];
  readonly home: string;
}

/** Measures kept takes when they are asked for, in the process that looks into takes; nothing of it is kept. */
export class FiguresService {
  readonly #options: FiguresServiceOptions;
  readonly #measuring = new Set<string>();

  constructor(options: FiguresServiceOptions) {
    this.#options = options;
  }

  /** Measures a take and tells its figures; a take that is being measured is told once. */
  measure(project: OpenProject, takeId: string): void {
    const { id } = project.store.get('take', takeId);
    const key = `${project.id} ${id}`;
    if (this.#measuring.has(key)) return;
    this.#measuring.add(key);
    const told = { type: 'takeMeasured', projectId: project.id, takeId: id } as const;
    const { bus } = this.#options;
    this.#measured(project, id)
      .then(
        (measured) => bus.publish({ ...told, measured, error: null }),
        (error: unknown) =>
          bus.publish({ ...told, measured: null, error: wireErrorOf(error, 'The take could not be measured') }),
      )
      .finally(() => this.#measuring.delete(key));
  }

  async #measured(project: OpenProject, takeId: string): Promise<MeasuredTake> {
    const { catalogue, measures, folders, home } = this.#options;
    const { recipe, name, result } = project.store.get('take', takeId);
    const place = { id: takeId, folder: join(project.store.folder, 'cache', 'figures', takeId) };
    const { modelFolder, ...job } = await planJob(project, place, recipe, catalogue);
    const frames = await framePathsOf(project.store.assets, result.framesAssetId, name);
    const answer = await measures.measure({ frames, job, modelFolder, folders, home });
    if ('error' in answer)
      throw new StudioError('internal', answer.error, { hint: 'Try again; a smaller take needs less memory.' });
    return answer.measured;
  }
}
