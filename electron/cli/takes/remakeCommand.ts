import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { exportFormats } from '../../contract/exportFormats.ts';
import { providerNames } from '../../contract/takeSettings.ts';
import { jobOfRecipe } from '../../engine/jobOfRecipe.ts';
import type { Console } from '../console.ts';
import { recipeModelFolder } from '../models/recipeModel.ts';
import { baseOfRetake } from '../retake/baseFrames.ts';
import { foundTake } from './foundTake.ts';
import { runTake } from './runTake.ts';
import type { TakeOptionValues } from './takeOptions.ts';

/** `magdiff remake`: the same frames again, from a take.json or a project's take, or a failure that says they differ. */
export async function remakeCommand(path: string, values: TakeOptionValues, console: Console): Promise<void> {
  const found = await foundTake(path, values);
  const { recipe, result: wanted, output } = found.take;
  const modelFolder = await recipeModelFolder(recipe, values);
  const { sourcePath, maskPath, drawing } = found;
  const provider = providerNames.find((name) => name === recipe.provider);
  const base = await baseOfRetake(found, { modelFolder, provider }, values, console);
  const job = jobOfRecipe(recipe, {
    ...{ id: 'take', folder: '', previews: false, modelFolder, provider },
    ...{ sourcePath, maskPath, drawing, ...base.places },
  });
  const { format, quality } = output ?? { format: 'mp4-h264', quality: 'good' };
  const out = resolve(
    typeof values.out === 'string'
      ? values.out
      : join(found.folder, `${found.name}-remade${exportFormats[format].extension}`),
  );
  const soundOf = recipe.settings.task === 'edit' ? job.source : undefined;
  const outcome = await runTake({ job, out, format, quality, soundOf }, console).finally(base.dispose);
  const { result } = outcome;
  if (result.modelHash !== recipe.model.hash) {
    throw new StudioError('conflict', `The model in ${modelFolder} is not the one the take was made with.`, {
      hint: 'Give the original model with --model.',
      details: { expected: recipe.model.hash, found: result.modelHash },
    });
  }
  if (result.framesSha256 !== wanted.framesSha256) {
    throw new StudioError('conflict', 'The frames came out differently from the recipe’s.', {
      hint: 'Another processor or runtime rounds differently; the video was written all the same.',
      details: { expected: wanted.framesSha256, found: result.framesSha256 },
    });
  }
  console.result(`${outcome.path}: the same ${result.frameCount} frames, SHA-256 ${result.framesSha256}`, {
    path: outcome.path,
    framesSha256: result.framesSha256,
    identical: true,
  });
}
