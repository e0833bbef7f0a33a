import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import type { AttentionMaps } from '../../../models/pipeline/measuring/attentionMaps.ts';
import { type AttentionFacts, attentionFacts } from '../../contract/measures/attention.ts';

/** Where a take's maps lie in their folder. */
export const mapsPath = (folder: string): string => join(folder, 'maps.bin');
const factsPath = (folder: string): string => join(folder, 'maps.json');

/** Writes maps as bytes, each of them from 0 to its own largest share. */
export async function writeAttention(folder: string, maps: AttentionMaps): Promise<AttentionFacts> {
  const { words, levels, groups, frames, height, width, data } = maps;
  const size = frames * height * width;
  const count = levels.length * groups.length * (words.length + 1);
  const bytes = new Uint8Array(data.length);
  const peaks: number[] = [];
  for (let map = 0; map < count; map++) {
    const values = data.subarray(map * size, (map + 1) * size);
    const peak = values.reduce((most, value) => Math.max(most, value), 0);
    peaks.push(peak);
    if (peak > 0) for (const [at, value] of values.entries()) bytes[map * size + at] = Math.round((255 * value) / peak);
  }
  const facts = { ...{ words: [...words], levels: [...levels], groups: [...groups] }, frames, height, width, peaks };
  await writeFileAtomic(mapsPath(folder), bytes);
  await writeFileAtomic(factsPath(folder), JSON.stringify(facts));
  return facts;
}

/** What an earlier reading left; undefined where there is none that is whole. */
export async function readAttentionFacts(folder: string): Promise<AttentionFacts | undefined> {
  try {
    return attentionFacts.parse(parseBoundedJson(await readFile(factsPath(folder), 'utf8'), 'attention maps'));
  } catch {
    // They can be read again.
    return undefined;
  }
}
