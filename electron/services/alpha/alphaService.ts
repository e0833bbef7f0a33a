import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, StudioError } from '../../../models/errors/studioError.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import {
  type AlphaPoint,
  type AlphaSearchView,
  type ScoreWeights,
  verdictOf,
  weightedScore,
} from '../../contract/grid/alphaSearches.ts';
import { isFinal, type JobView, type TakeRequest } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import type { GridServiceOptions } from '../grids/gridService.ts';
import { type Job, newJobView } from '../jobs/jobList.ts';
import { planJob, planRecipe } from '../jobs/takePlan.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { learnedPoint, searchAlpha, settingsAt } from './alphaSearch.ts';

/** Points looked at, steps of their takes, and other seeds that the best one is checked with. */
const points = 14;
const fewSteps = 4;
const confirmingSeeds = 3;

/** A search under way, or over. */
interface Search extends Job {
  readonly recipe: TakeRecipe;
  readonly weights: ScoreWeights;
  seen: AlphaSearchView;
  view: JobView;
  isCanceled: boolean;
  /** Takes made and measured so far, and how many there will be at most. */
  done: number;
}

/** Searches for the two α: takes of few steps, scored by a weighted sum of figures, then checked against the learned values elsewhere. */
export class AlphaService {
  readonly #options: GridServiceOptions;
  readonly #searches = new Map<string, Search>();
  #closing = false;

  constructor(options: GridServiceOptions) {
    this.#options = options;
  }

  /** A project's search, running or over. */
  read(project: OpenProject): AlphaSearchView | null {
    return this.#searches.get(project.id)?.seen ?? null;
  }

  /** Starts a search; returns its id. @throws StudioError `conflict` while one is running, or where the request will not do */
  async start(project: OpenProject, request: TakeRequest, weights: ScoreWeights): Promise<string> {
    const before = this.#searches.get(project.id);
    if (before && !isFinal(before.seen.state))
      throw new StudioError('conflict', 'A search for α is running.', { hint: 'Stop it first, or wait for it.' });
    const recipe = await planRecipe(project, request, this.#options);
    const id = newId('alpha');
    const common = { id, projectId: project.id, state: 'denoising', error: null } as const;
    const createdAt = new Date().toISOString();
    const total = points + 2 * confirmingSeeds;
    const search: Search = {
      ...{ project, recipe, weights, isCanceled: false, done: 0 },
      seen: { ...common, path: [], best: null, verdict: null },
      view: newJobView({ ...common, kind: 'alpha', label: recipe.settings.prompt.slice(0, 80), createdAt, total }),
      cancel: () => {
        search.isCanceled = true;
        this.#options.engine.cancel(id);
      },
      retry: async () => void this.#run(search),
      clear: async () => undefined,
    };
    this.#searches.set(project.id, search);
    this.#options.list.add(search);
    void this.#run(search);
    return id;
  }

  /** Tells no more; a search that runs is over. */
  close(): void {
    this.#closing = true;
  }

  async #run(search: Search): Promise<void> {
    const { project, recipe, seen } = search;
    const folder = join(project.store.folder, 'cache', 'alpha', seen.id);
    Object.assign(search, { isCanceled: false, done: 0 });
    this.#tell(search, { state: 'denoising', error: null, path: [], best: null, verdict: null });
    try {
      const { settings } = recipe;
      const few = { ...settings, steps: Math.min(settings.steps ?? fewSteps, fewSteps) };
      const score = (point: AlphaPoint) => this.#score(search, { ...recipe, settings: settingsAt(few, point) }, folder);
      const { best } = await searchAlpha(score, points, (step) => {
        const path = [...search.seen.path, step];
        this.#tell(search, { path, best: step.taken ? step.point : search.seen.best });
      });
      const gains: number[] = [];
      for (let other = 1; other <= confirmingSeeds; other++) {
        const seeded = { ...settings, seed: (settings.seed + other) % 2 ** 32 };
        const at = (point: AlphaPoint) =>
          this.#score(search, { ...recipe, settings: settingsAt(seeded, point) }, folder);
        gains.push(best === learnedPoint ? 0 : (await at(best)) - (await at(learnedPoint)));
      }
      this.#tell(search, { state: 'done', best, verdict: verdictOf(gains) });
      await this.#options.list.forget(search);
    } catch (error) {
      const isCanceled = error instanceof CancelledError;
      this.#tell(search, isCanceled ? { state: 'canceled' } : { state: 'failed', error: wireErrorOf(error) });
      if (isCanceled) await this.#options.list.forget(search);
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /** Makes a take, measures it and says what it comes to. The subject is left as the model draws it: its own pixels are the same at every α. */
  async #score(search: Search, recipe: TakeRecipe, folder: string): Promise<number> {
    if (search.isCanceled || this.#closing) throw new CancelledError();
    const { project, seen, weights } = search;
    const { catalogue, measures, folders, home } = this.#options;
    const drawn = { ...recipe, settings: { ...recipe.settings, ownPixels: false } };
    const { modelFolder, ...job } = await planJob(project, { id: seen.id, folder }, drawn, catalogue);
    const { framesFolder } = await this.#made({ ...job, modelFolder, previews: false });
    const answer = await measures.measure({ frames: framesFolder, job, modelFolder, folders, home });
    if ('error' in answer)
      throw new StudioError('internal', answer.error, { hint: 'Try again; a smaller take needs less memory.' });
    search.done += 1;
    return weightedScore(answer.measured, weights);
  }

  #made(job: Parameters<GridServiceOptions['engine']['submit']>[0]): Promise<TakeResult> {
    return new Promise((resolve, reject) => {
      this.#options.engine.submit(job, (event) => {
        if (event.type === 'done') resolve(event.result);
        else if (event.type === 'failed') reject(StudioError.fromJSON(event.error));
        else if (event.type === 'canceled') reject(new CancelledError());
      });
    });
  }

  #tell(search: Search, change: Partial<AlphaSearchView>): void {
    search.seen = { ...search.seen, ...change };
    const { state, error } = search.seen;
    search.view = { ...search.view, state, error, step: Math.min(search.view.total, search.done) };
    if (this.#closing) return;
    this.#options.bus.publish({ type: 'alphaSearch', search: search.seen });
    this.#options.bus.publish({ type: 'job', job: search.view });
  }
}
