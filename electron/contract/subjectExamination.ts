import { z } from 'zod';
import type { TakeSettings } from './takeSettings.ts';

/** What was found of a subject as the model sees it, and what would help; null where there is no subject, or next to none. */
export const subjectExamination = z
  .strictObject({
    noise: z.number(),
    range: z.number(),
    contrast: z.number().nullable(),
    advised: z.strictObject({ denoise: z.boolean(), levels: z.boolean(), outline: z.boolean() }),
  })
  .nullable();

/** See {@link subjectExamination}. */
export type SubjectExamination = z.output<typeof subjectExamination>;

/** What can be done to what the model sees of a subject. */
export const preparations = ['denoise', 'levels', 'outline'] as const;

type Preparation = TakeSettings['prepare'];

/** A sentence for each weakness of a subject that nothing is done about yet. */
export function subjectWeaknesses(
  { noise, range, contrast }: { noise: number; range: number; contrast?: number | null | undefined },
  advised: Preparation,
  done: Preparation,
): readonly string[] {
  const sentences: string[] = [];
  if (advised.denoise && !done.denoise)
    sentences.push(`The subject is noisy (${noise.toFixed(0)} of 255): the model would draw the grain.`);
  if (advised.levels && !done.levels)
    sentences.push(`The subject has little contrast of its own (${Math.round(100 * range)} % of the tones).`);
  if (advised.outline && !done.outline)
    sentences.push(`The subject hardly stands out from what is around it (ΔE ${(contrast ?? 0).toFixed(0)}).`);
  return sentences;
}
