import { z } from 'zod';
import { newId } from '../../contract/newId.ts';
import { type TakeRecipe, takeRecipe } from '../../contract/takeRecipe.ts';
import { keptJob } from './keptJobs.ts';

/** What is kept of a take in the making. */
export const takeJobFile = keptJob.extend({
  kind: z.enum(['generate', 'edit', 'decode', 'retake']),
  label: z.string(),
  recipe: takeRecipe,
  runOn: z.enum(['here', 'queue']).default('here'),
});

/** See {@link takeJobFile}. */
export type TakeJobFile = z.output<typeof takeJobFile>;

/** A job at its beginning. */
export function newJob(
  kind: TakeJobFile['kind'],
  label: string,
  recipe: TakeRecipe,
  runOn: TakeJobFile['runOn'] = 'here',
): TakeJobFile {
  const createdAt = new Date().toISOString();
  return { id: newId('job'), kind, label, createdAt, state: 'queued', error: null, recipe, runOn };
}

/** The take that a job makes: one and the same however often the job is run, so that no kill can double it. */
export function takeIdOf(jobId: string): string {
  return jobId.replace(/^job/, 'take');
}
