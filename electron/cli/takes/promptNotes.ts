import { neededParts, understandPrompt } from '../../contract/models/promptWorld.ts';
import type { TakeSettings } from '../../contract/takeSettings.ts';
import { promptWorldOf } from '../../services/models/promptWorldOf.ts';

/** What a model that knows one small world will not make of a sentence, with the nearest it can; nothing for other models. */
export async function promptNotes(modelFolder: string, settings: TakeSettings): Promise<readonly string[]> {
  const world = await promptWorldOf(modelFolder);
  if (!world) return [];
  const needed = neededParts(settings);
  return understandPrompt(settings.prompt, world).flatMap(({ part, said, phrase, isKnown }) => {
    if (isKnown || (!said && !needed.includes(part))) return [];
    if (said && phrase) return [`The model does not know “${said.text}”; the nearest it can do is “${phrase}”.`];
    const values = world.parts.find(({ name }) => name === part)?.values ?? [];
    return [`The sentence names no ${part} that the model knows: ${values.map(({ name }) => name).join(', ')}.`];
  });
}
