import { z } from 'zod';
import { documentDiff } from './documentDiff.ts';

const steps = z.array(z.strictObject({ label: z.string().max(200), diff: documentDiff })).max(1000);

/** Steps that can be taken back and brought back, oldest first, as they are kept beside a project between two openings. */
export const keptHistory = z.strictObject({ done: steps, undone: steps });

/** See {@link keptHistory}. */
export type KeptHistory = z.output<typeof keptHistory>;

/** No steps. */
export const emptyHistory: KeptHistory = { done: [], undone: [] };
