import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';
import { ClipTokenizer } from '../text/clipTokenizer.ts';
import { readJson } from '../weights/checkpoint.ts';
import type { ComparedResult } from './goldenData.ts';

const casesSchema = z.array(z.object({ text: z.string(), ids: z.array(z.int()) }));

/** Golden token ids: every text must give exactly the ids; an error is the share of ids that differ. */
export async function verifyTokenizer(folder: string): Promise<readonly ComparedResult[]> {
  const parsed = casesSchema.safeParse(await readJson(join(folder, 'cases.json')));
  if (!parsed.success) throw new StudioError('format-damaged', `${folder}/cases.json lists no texts with their ids.`);
  const tokenizer = await ClipTokenizer.load(folder);
  return parsed.data.map(({ text, ids }) => {
    const ours = tokenizer.encode(text, ids.length).ids;
    const wrong = ids.filter((id, index) => id !== ours[index]).length;
    return { name: JSON.stringify(text.slice(0, 40)), relativeError: wrong / ids.length };
  });
}
