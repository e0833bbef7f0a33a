import { readManifest } from '../../../models/families/families.ts';
import { neededParts, understandPrompt } from '../../contract/models/promptWorld.ts';
import type { TakeSettings } from '../../contract/takeSettings.ts';
import { promptWorldOf } from '../../services/models/promptWorldOf.ts';

/** What a model will not make of a sentence: of one that knows one small world, with the nearest it can; of any, a negative prompt without guidance. */
export async function promptNotes(modelFolder: string, settings: TakeSettings): Promise<readonly string[]> {
  const world = await promptWorldOf(modelFolder);
  const guidance = settings.guidance ?? (await readManifest(modelFolder))?.guidance;
  const idle =
    settings.negativePrompt !== '' && guidance?.text === 1 && guidance.image === 1
      ? ['At a text guidance of 1 nothing is pushed away: --guidance 2 lets --negative count.']
      : [];
  if (!world) return idle;
  const needed = neededParts(settings);
  const notes = understandPrompt(settings.prompt, world).flatMap(({ part, said, phrase, isKnown }) => {
    if (isKnown || (!said && !needed.includes(part))) return [];
    if (said && phrase) return [`The model does not know “${said.text}”; the nearest it can do is “${phrase}”.`];
    const values = world.parts.find(({ name }) => name === part)?.values ?? [];
    return [`The sentence names no ${part} that the model knows: ${values.map(({ name }) => name).join(', ')}.`];
  });
  return [...idle, ...notes];
}
