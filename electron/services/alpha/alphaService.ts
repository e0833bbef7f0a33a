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
import type { TakeSettings } from '../../contract/takeSettings.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import type { GridServiceOptions } from '../grids/gridService.ts';
import { type Job, newJobView } from '../jobs/jobList.ts';
import { planJob, planRecipe } from '../jobs/takePlan.ts';
import { onceAProject } from '../onceAProject.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { type AlphaFile, keepAlpha, readAlpha } from './alphaFile.ts';
import { learnedPoint, searchAlpha, settingsAt } from './alphaSearch.ts';

/** Points looked at, steps of their takes, and other seeds that the best one is checked with. */
const points = 14;
const fewSteps = 4;
const confirmingSeeds = 3;

/** A search under way, or over. */
interface Search extends Job {
  readonly file: AlphaFile;
  view: JobView;
  isCanceled: boolean;
  /** Ends when what was kept last is on disk. */
  keeping: Promise<void>;
}

/**
 * Searches for the two α: takes of few steps, scored by a weighted sum of figures, then checked against the learned values elsewhere. What
 * takes come to is kept in the project's folder, and the search depends on nothing else: one that was cut off goes on where it was.
 */
export class AlphaService {
  readonly #options: GridServiceOptions;
  readonly #searches = new Map<OpenProject, Search>();
  #closing = false;

  /** Reads a project's search, once; one that was cut off goes on. */
  readonly open = onceAProject((project) => this.#openNow(project));

  constructor(options: GridServiceOptions) {
    this.#options = options;
  }

  async #openNow(project: OpenProject): Promise<void> {
    const file = await readAlpha(project);
    if (!file || this.#searches.has(project)) return;
    const search = this.#add(project, file);
    if (!isFinal(file.view.state)) this.#begin(search);
  }

  /** A project's search, running or over. */
  async read(project: OpenProject): Promise<AlphaSearchView | null> {
    await this.open(project);
    const search = this.#searches.get(project);
    return search ? viewOf(search) : null;
  }

  /** Starts a search; returns its id. @throws StudioError `conflict` while one is running, or where the request will not do */
  async start(project: OpenProject, request: TakeRequest, weights: ScoreWeights): Promise<string> {
    await this.open(project);
    this.#requireNone(project);
    const recipe = await planRecipe(project, request, this.#options);
    const view = { id: newId('alpha'), state: 'denoising', error: null, path: [], best: null, verdict: null } as const;
    const search = this.#add(project, {
      ...{ version: 1, createdAt: new Date().toISOString(), recipe, weights, scores: {} },
      view: { ...view, path: [] },
    });
    this.#begin(search);
    return view.id;
  }

  /** Goes on with a search that was stopped or failed. @throws StudioError `conflict` while it runs, `job-unknown` where there is none */
  async goOn(project: OpenProject): Promise<void> {
    await this.open(project);
    const search = this.#searches.get(project);
    if (!search) throw new StudioError('job-unknown', 'There is no search to go on with.', { hint: 'Start one.' });
    this.#requireNone(project);
    this.#begin(search);
  }

  /** Tells no more; a search that runs goes on at the next start. */
  close(): void {
    this.#closing = true;
  }

  #requireNone(project: OpenProject): void {
    const before = this.#searches.get(project);
    if (before && !isFinal(before.file.view.state))
      throw new StudioError('conflict', 'A search for α is running.', { hint: 'Stop it first, or wait for it.' });
  }

  #add(project: OpenProject, file: AlphaFile): Search {
    const { id, state, error } = file.view;
    const total = points + 2 * confirmingSeeds;
    const common = { id, projectId: project.id, state, error, createdAt: file.createdAt } as const;
    const search: Search = {
      ...{ project, file, isCanceled: false, keeping: Promise.resolve() },
      view: newJobView({ ...common, kind: 'alpha', label: file.recipe.settings.prompt.slice(0, 80), total }),
      cancel: () => {
        search.isCanceled = true;
        this.#options.engine.cancel(id);
      },
      retry: async () => this.#begin(search),
      clear: async () => undefined,
    };
    this.#searches.set(project, search);
    return search;
  }

  #begin(search: Search): void {
    this.#options.list.add(search);
    void this.#run(search);
  }

  async #run(search: Search): Promise<void> {
    const { project, file } = search;
    const { recipe } = file;
    const folder = join(project.store.folder, 'cache', 'alpha', file.view.id);
    search.isCanceled = false;
    // The way is gone again from its beginning, along the scores that are known.
    const before = file.view.path.length;
    let looked = 0;
    this.#tell(search, { state: 'denoising', error: null });
    try {
      const { settings } = recipe;
      const few = { ...settings, steps: Math.min(settings.steps ?? fewSteps, fewSteps) };
      const score = (point: AlphaPoint) => this.#score(search, settingsAt(few, point), folder);
      const { best } = await searchAlpha(score, points, (step) => {
        looked += 1;
        if (looked <= before) return;
        this.#tell(search, {
          path: [...file.view.path, step],
          best: step.taken ? step.point : file.view.best,
        });
      });
      const gains: number[] = [];
      for (let other = 1; other <= confirmingSeeds; other++) {
        const seeded = { ...settings, seed: (settings.seed + other) % 2 ** 32 };
        const at = (point: AlphaPoint) => this.#score(search, settingsAt(seeded, point), folder);
        gains.push(best === learnedPoint ? 0 : (await at(best)) - (await at(learnedPoint)));
      }
      this.#tell(search, { state: 'done', best, verdict: verdictOf(gains) });
      await this.#options.list.forget(search);
    } catch (error) {
      if (this.#closing) return;
      const isCanceled = error instanceof CancelledError;
      this.#tell(search, isCanceled ? { state: 'canceled' } : { state: 'failed', error: wireErrorOf(error) });
      if (isCanceled) await this.#options.list.forget(search);
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /**
   * What a take comes to: known, or made and measured. The subject is left as the model draws it: its own pixels are the same at every α.
   */
  async #score(search: Search, settings: TakeSettings, folder: string): Promise<number> {
    if (search.isCanceled || this.#closing) throw new CancelledError();
    const { project, file } = search;
    const { alpha, seed, steps } = settings;
    const key = JSON.stringify([alpha.text, alpha.image, alpha.layers, seed, steps ?? null]);
    const known = file.scores[key];
    if (known !== undefined) return known;
    const { catalogue, measures, folders, home } = this.#options;
    const drawn = { ...file.recipe, settings: { ...settings, ownPixels: false } };
    const { modelFolder, ...job } = await planJob(project, { id: file.view.id, folder }, drawn, catalogue);
    const { framesFolder } = await this.#made({ ...job, modelFolder, previews: false });
    const answer = await measures.measure({ frames: framesFolder, job, modelFolder, folders, home });
    if ('error' in answer)
      throw new StudioError('internal', answer.error, { hint: 'Try again; a smaller take needs less memory.' });
    const score = weightedScore(answer.measured, file.weights);
    file.scores[key] = score;
    this.#tell(search, {});
    return score;
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

  /** Keeps a change and tells it. */
  #tell(search: Search, change: Partial<AlphaFile['view']>): void {
    const { file } = search;
    if (this.#closing) return;
    Object.assign(file.view, change);
    const { state, error } = file.view;
    const done = Object.keys(file.scores).length;
    search.view = { ...search.view, state, error, step: Math.min(search.view.total, done) };
    search.keeping = search.keeping.then(() => keepAlpha(search.project, file)).catch(() => undefined);
    this.#options.bus.publish({ type: 'alphaSearch', search: viewOf(search) });
    this.#options.bus.publish({ type: 'job', job: search.view });
  }
}

const viewOf = ({ project, file }: Search): AlphaSearchView => ({ ...file.view, projectId: project.id });
