import { rm } from 'node:fs/promises';
import { CancelledError, StudioError } from '../../../models/errors/studioError.ts';
import { wireErrorOf } from '../../contract/errorOnWire.ts';
import type { AblatedSubject, AblationView } from '../../contract/grid/ablations.ts';
import { isFinal, type TakeRequest } from '../../contract/jobs.ts';
import { newId } from '../../contract/newId.ts';
import { keptTake } from '../../engine/keptTake.ts';
import type { GridServiceOptions } from '../grids/gridService.ts';
import { planJob, planRecipe } from '../jobs/takePlan.ts';
import { onceAProject } from '../onceAProject.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { type AblationFile, keepAblation, keepFigures, keptFigures, readAblations } from './ablationFile.ts';
import { AblationJob, type RecipeBase } from './ablationJob.ts';
import type { PlannedTake } from './ablationPlan.ts';
import type { MeasuredResult } from './ablationReport.ts';
import { makeAblation } from './makeAblation.ts';
import { wholePageOf, writeReport } from './writeReport.ts';

/** Takes that are with a queue at a time. */
const takesWithQueue = 8;

/**
 * Ablations: the paper's table for a model that runs, over subjects and sentences of a project. An ablation is one job whose takes lie in
 * the project's folder, each in a folder of its own with its figures; one that was cut off goes on there when its project is opened.
 */
export class AblationService {
  readonly #options: GridServiceOptions;
  readonly #ablations = new Map<string, AblationJob>();
  #closing = false;

  /** Reads a project's ablations, once; unfinished ones go on. */
  readonly open = onceAProject((project) => this.#openNow(project));

  constructor(options: GridServiceOptions) {
    this.#options = options;
  }

  async #openNow(project: OpenProject): Promise<void> {
    for (const file of await readAblations(project)) {
      const ablation = this.#add(project, file);
      await ablation.count();
      if (!isFinal(file.state)) void this.#run(ablation);
    }
  }

  /** A project's ablations, oldest first. */
  async list(project: OpenProject): Promise<AblationView[]> {
    await this.open(project);
    return [...this.#ablations.values()]
      .filter((ablation) => ablation.project === project)
      .map((ablation) => ablation.ablationView);
  }

  /** Starts an ablation; returns its id. @throws StudioError where a subject or the request will not do */
  async start(
    project: OpenProject,
    request: TakeRequest,
    subjects: readonly AblatedSubject[],
    prompts: readonly string[],
  ): Promise<string> {
    const bases: AblationFile['bases'] = [];
    const names = new Set<string>();
    for (const [index, given] of subjects.entries()) {
      const { name } = project.store.get('source', given.sourceId);
      const subject = names.has(name) ? `${name} ${index + 1}` : name;
      names.add(subject);
      for (const prompt of prompts) {
        const seed = (request.settings.seed + index) % 2 ** 32;
        const settings = { ...request.settings, task: 'generate' as const, prompt, seed, ownPixels: false };
        const recipe = await planRecipe(project, { ...request, ...given, settings }, this.#options);
        bases.push({ subject, recipe });
      }
    }
    const ablation = this.#add(project, {
      ...{ version: 1, id: newId('ablation'), createdAt: new Date().toISOString(), runOn: request.runOn ?? 'here' },
      ...{ state: 'queued', error: null, bases },
    });
    await keepAblation(project, ablation.file).catch((error: unknown) => {
      this.#ablations.delete(ablation.file.id);
      this.#options.list.drop(ablation);
      throw error;
    });
    void this.#run(ablation);
    return ablation.file.id;
  }

  /** Takes an ablation away with everything that was made for it. */
  async remove(project: OpenProject, id: string): Promise<void> {
    const ablation = this.#get(project, id);
    ablation.isGone = true;
    ablation.cancel();
    this.#options.list.drop(ablation);
    this.#ablations.delete(id);
    await rm(ablation.folder, { recursive: true, force: true });
    this.#options.bus.publish({ type: 'jobGone', projectId: project.id, jobId: id });
    this.#options.bus.publish({ type: 'ablationGone', projectId: project.id, ablationId: id });
  }

  /** Where a finished ablation's whole page lies. @throws StudioError `asset-missing` */
  page(project: OpenProject, id: string): string {
    const ablation = this.#get(project, id);
    if (ablation.file.state !== 'done') throw new StudioError('asset-missing', 'This report is not made yet.');
    return wholePageOf(ablation.folder);
  }

  /** Tells no more; a running ablation goes on at the next start. */
  close(): void {
    this.#closing = true;
  }

  #get(project: OpenProject, id: string): AblationJob {
    const ablation = this.#ablations.get(id);
    if (ablation?.project !== project) throw new StudioError('job-unknown', 'This report is not there any more.');
    return ablation;
  }

  #add(project: OpenProject, file: AblationFile): AblationJob {
    const ablation: AblationJob = new AblationJob(project, file, async () => void this.#run(ablation));
    this.#ablations.set(file.id, ablation);
    if (file.state !== 'done') this.#options.list.add(ablation);
    return ablation;
  }

  async #tell(ablation: AblationJob, change: Partial<Pick<AblationFile, 'state' | 'error'>> = {}): Promise<void> {
    if (this.#closing || ablation.isGone) return;
    Object.assign(ablation.file, change);
    if (Object.keys(change).length > 0) await keepAblation(ablation.project, ablation.file);
    this.#options.bus.publish({ type: 'ablation', ablation: ablation.ablationView });
    if (ablation.file.state !== 'done') this.#options.bus.publish({ type: 'job', job: ablation.view });
  }

  async #run(ablation: AblationJob): Promise<void> {
    ablation.abort = new AbortController();
    try {
      await ablation.count();
      await this.#tell(ablation, { state: 'denoising', error: null });
      const report = await makeAblation(ablation.plan, {
        folder: ablation.folder,
        atOnce: ablation.file.runOn === 'queue' ? takesWithQueue : 1,
        make: (take, folder) => this.#make(ablation, take, folder),
        onMade: (made) => {
          ablation.made = Math.max(ablation.made, made);
          void this.#tell(ablation);
        },
      });
      await this.#tell(ablation, { state: 'writing' });
      await writeReport(ablation.folder, report);
      await this.#tell(ablation, { state: 'done' });
      await this.#options.list.forget(ablation);
    } catch (error) {
      if (this.#closing || ablation.isGone) return;
      const ending = { state: 'failed', error: wireErrorOf(error, 'The report failed') } as const;
      await this.#tell(ablation, error instanceof CancelledError ? { state: 'canceled' } : ending).catch(
        (cause: unknown) => this.#options.log(`${ablation.file.id}: ${String(cause)}`),
      );
    }
  }

  /** Makes a take and measures it, or takes what an earlier run left. */
  async #make(ablation: AblationJob, take: PlannedTake<RecipeBase>, folder: string): Promise<MeasuredResult> {
    if (ablation.abort.signal.aborted || this.#closing) throw new CancelledError();
    const { project, file, plan } = ablation;
    const { engine, catalogue, measures, folders, home } = this.#options;
    const id = `${file.id}-${plan.takes.indexOf(take)}`;
    const recipe = { ...take.base.recipe, settings: take.settings };
    const job = await planJob(project, { id, folder }, recipe, catalogue);
    const result = await keptTake(engine, { ...job, previews: false, runOn: file.runOn }, ablation.abort.signal);
    const known = await keptFigures(folder, result.framesSha256);
    if (known) return { result, measured: known };
    const { modelFolder, ...measured } = job;
    const answer = await measures.measure({
      ...{ frames: result.framesFolder, job: measured, modelFolder, folders, home },
    });
    if ('error' in answer)
      throw new StudioError('internal', answer.error, { hint: 'Try again; smaller takes need less memory.' });
    await keepFigures(folder, result.framesSha256, answer.measured);
    return { result, measured: answer.measured };
  }
}
