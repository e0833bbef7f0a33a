import { basename, extname } from 'node:path';
import { StudioError } from '../../../errors/studioError.ts';
import { type LoraLane, laneAt } from '../../../lanes/weightsOverTime.ts';
import type { ParsedPrompt } from '../prompt/promptSyntax.ts';
import type { ModelSet } from '../setFile.ts';

/** The names that prompts and lanes call a set's LoRAs by. */
export const loraNames = ({ loras }: Pick<ModelSet, 'loras'>): readonly string[] =>
  loras.map(({ name, file }) => name ?? basename(file, extname(file)));

/** The set's strengths, those that prompts ask for in their place. @throws StudioError for a LoRA that is not part of the set */
export function askedStrengths(set: ModelSet, prompts: readonly ParsedPrompt[]): Float32Array {
  const strengths = Float32Array.from(set.loras, ({ weight }) => weight);
  for (const { name, weight } of prompts.flatMap((prompt) => prompt.loras)) strengths[placeOf(set, name)] = weight;
  return strengths;
}

/** The strengths in each frame of a window: a lane's value in the place of the number. @throws StudioError as {@link askedStrengths} */
export function strengthsInFrames(
  set: ModelSet,
  asked: Float32Array,
  lanes: readonly LoraLane[],
  { start, frames }: { readonly start: number; readonly frames: number },
): readonly Float32Array[] {
  const moving = lanes.map(({ lora, keys }) => ({ keys, place: placeOf(set, lora) }));
  return Array.from({ length: frames }, (_, frame) => {
    const strengths = asked.slice();
    for (const { keys, place } of moving) strengths[place] = laneAt(keys, start + frame, strengths[place] ?? 0);
    return strengths;
  });
}

function placeOf(set: ModelSet, wanted: string): number {
  const names = loraNames(set).map((name) => name.toLowerCase());
  const place = names.indexOf(wanted.toLowerCase());
  if (place >= 0) return place;
  throw new StudioError('model-missing', `The take asks for the LoRA “${wanted}”, which is no part of ${set.name}.`, {
    hint:
      names.length > 0
        ? `It has ${names.join(', ')}.`
        : 'Add it to the set, or take it out of the prompt and the lanes.',
  });
}
