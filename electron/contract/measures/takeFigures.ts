import { z } from 'zod';
import { errorOnWire } from '../errorOnWire.ts';
import { recordId } from '../identities.ts';
import { measuredTake } from './measures.ts';

/** Told when a take was measured, or could not be. */
export const takeMeasuredEvent = z.strictObject({
  type: z.literal('takeMeasured'),
  projectId: z.string(),
  takeId: recordId,
  measured: measuredTake.nullable(),
  error: errorOnWire.nullable(),
});

/** Calls about the figures of takes. */
export const figuresMethods = {
  /** Measures a take by its own sentence, subject and mask; its figures arrive as a `takeMeasured` event. */
  'takes.measure': {
    input: z.strictObject({ projectId: z.string().max(200), takeId: recordId }),
    output: z.strictObject({}),
  },
} as const;
