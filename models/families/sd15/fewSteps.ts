import { recogniseFile } from '../../recognise/recogniseFile.ts';
import type { ModelSet } from './setFile.ts';

/**
 * The recipe that a set's files were made for, by what the motion module and the LoRAs are; undefined where all are ordinary. A LoRA
 * made for few steps counts before the module.
 */
export async function fewStepRecipe(set: Pick<ModelSet, 'motion' | 'loras'>): Promise<ModelSet['recipe']> {
  for (const { file } of set.loras) {
    const { recipe } = await recogniseFile(file);
    if (recipe) return { ...recipe };
  }
  const motion = set.motion ? await recogniseFile(set.motion) : undefined;
  return motion?.recipe && { ...motion.recipe };
}
