import { basename } from 'node:path';
import type { Model } from '../../../models/model/model.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import type { TakeToMeasure } from '../../services/measures/measureTake.ts';
import { type MeasuredFrames, masksOf, namedSubject, takeOfJob } from '../../services/measures/takeToMeasure.ts';
import type { FoundTake } from '../takes/foundTake.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';

/** An option's text, where it has one. */
export const textOf = (value: TakeOptionValues[string]): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Frames with what their recipe says; with the model that made them, where the subject is. */
export function takeAsMade(
  frames: MeasuredFrames,
  { take: { recipe }, sourcePath, maskPath, drawing }: FoundTake,
  model: Model | undefined,
): Promise<TakeToMeasure> {
  const job = jobOfRecipe(recipe, {
    ...{ id: 'measured', folder: '', modelFolder: '', previews: false },
    ...{ sourcePath, maskPath, drawing },
  });
  const isModels = model && basename(model.description.folder) === recipe.model.id;
  return takeOfJob(frames, job, isModels ? model : undefined);
}

/** A take with what the options say on top of its recipe. */
export async function withOptions(take: TakeToMeasure, values: TakeOptionValues): Promise<TakeToMeasure> {
  const subject = textOf(values.subject);
  const masks = textOf(values.masks);
  return {
    ...take,
    prompt: textOf(values.prompt) ?? take.prompt,
    ...(subject === undefined ? {} : { subject: await namedSubject(subject, textOf(values.mask)) }),
    ...(masks === undefined ? {} : { masks: await masksOf(masks, take) }),
  };
}
