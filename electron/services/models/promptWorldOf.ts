import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PromptWorld, promptWorld } from '../../contract/models/promptWorld.ts';

/** What a model's folder says its model can be asked for; undefined where it says nothing, as models of large worlds do. */
export async function promptWorldOf(modelFolder: string): Promise<PromptWorld | undefined> {
  try {
    return promptWorld.parse(JSON.parse(await readFile(join(modelFolder, 'world.json'), 'utf8')));
  } catch {
    return undefined;
  }
}
