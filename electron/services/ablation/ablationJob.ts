import { join } from 'node:path';
import type { AblationView } from '../../contract/grid/ablations.ts';
import type { JobView } from '../../contract/jobs.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { type Job, newJobView } from '../jobs/jobList.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { type AblationFile, ablationFolder, hasFigures } from './ablationFile.ts';
import { type AblationBase, type AblationPlan, plannedAblation } from './ablationPlan.ts';

/** A subject under a sentence, by its recipe. */
export interface RecipeBase extends AblationBase {
  readonly recipe: TakeRecipe;
}

/** An ablation: what is kept of it, what the page sees of it, and the job that it is while it is made. */
export class AblationJob implements Job {
  readonly project: OpenProject;
  readonly file: AblationFile;
  readonly plan: AblationPlan<RecipeBase>;
  readonly retry: () => Promise<void>;
  made = 0;
  isGone = false;
  abort = new AbortController();

  constructor(project: OpenProject, file: AblationFile, retry: () => Promise<void>) {
    this.project = project;
    this.file = file;
    this.retry = retry;
    this.plan = plannedAblation(
      file.bases.map(({ subject, recipe }) => {
        const { settings } = recipe;
        return { subject, prompt: settings.prompt, settings, recipe };
      }),
    );
  }

  get folder(): string {
    return ablationFolder(this.project, this.file.id);
  }

  cancel(): void {
    this.abort.abort();
  }

  async clear(): Promise<void> {
    // What it made stays, for it goes on from there.
  }

  /** Counts what an earlier run left. */
  async count(): Promise<void> {
    const kept = await Promise.all(
      this.plan.takes.map(({ place }) => hasFigures(join(this.folder, ...place.split('/')))),
    );
    this.made = kept.filter(Boolean).length;
  }

  /** `magdiff-small, 3 subjects × 2 sentences`. */
  get label(): string {
    const { bases } = this.file;
    const subjects = new Set(bases.map(({ subject }) => subject)).size;
    const sentences = bases.length / subjects;
    const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;
    return `${bases[0]?.recipe.model.title ?? ''}, ${counted(subjects, 'subject')} × ${counted(sentences, 'sentence')}`;
  }

  get view(): JobView {
    const { id, createdAt, state, error } = this.file;
    return newJobView({
      ...{ id, projectId: this.project.id, kind: 'ablation', label: this.label, createdAt, state, error },
      ...{ step: this.made, total: this.plan.takes.length },
    });
  }

  /** The ablation as the page sees it. */
  get ablationView(): AblationView {
    const { id, createdAt, state, error, bases } = this.file;
    const name = `Ablation of ${bases[0]?.recipe.model.title ?? 'a model'}`.replace(/[/\\:*?"<>|]/g, '');
    return {
      ...{ id, projectId: this.project.id, label: this.label, createdAt, state, error },
      ...{ made: this.made, total: this.plan.takes.length },
      page: state === 'done' ? { url: `/previews/${this.project.id}/ablation/${id}.html`, name: `${name}.html` } : null,
    };
  }
}
