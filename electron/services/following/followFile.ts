import type { z } from 'zod';
import { followRequest } from '../../contract/jobs.ts';
import { keptJob } from '../jobs/keptJobs.ts';

/** What is kept of a job that follows: what was asked, for it is planned anew when it goes on. */
export const followFile = keptJob.extend({ request: followRequest });

/** See {@link followFile}. */
export type FollowFile = z.output<typeof followFile>;
