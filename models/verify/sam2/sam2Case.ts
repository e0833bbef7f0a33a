import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import type { PromptPoint } from '../../families/sam2/subjectTracker.ts';
import { readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';

const place = z.tuple([z.number(), z.number()]);
const count = z.int().positive().max(4096);

const schema = z.object({
  format: z.literal('sam2'),
  image_size: count.multipleOf(32),
  heads: count,
  windows: z.array(count).length(4),
  global_blocks: z.array(z.int().min(0)),
  prompts: z.record(
    z.string(),
    z.object({
      points: z.array(place).nullable(),
      labels: z.array(z.int().min(0).max(1)).nullable(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
    }),
  ),
  key: z.int().min(0),
  click: place,
  correction: z.int().min(0),
  corrections_condition: z.boolean(),
  clicks: z.array(z.tuple([z.number(), z.number(), z.int().min(0).max(1)])),
});

/** A case of golden data for SAM 2: its settings, and what the published predictor made of them. */
export interface Sam2Case {
  readonly settings: z.output<typeof schema>;
  readonly tensors: TensorIndex;
}

/** Whether a folder's case.json (already read) is for this family. */
export const isSam2Case = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'format' in json && json.format === 'sam2';

/** Reads a folder's case.json and the header of its case.safetensors. */
export async function readSam2Case(folder: string): Promise<Sam2Case> {
  const path = join(folder, 'case.json');
  const parsed = schema.safeParse(await readJson(path));
  if (!parsed.success)
    throw new StudioError('format-damaged', `${path} describes no case of SAM 2: ${z.prettifyError(parsed.error)}.`);
  return { settings: parsed.data, tensors: await readCheckpoint(join(folder, 'case.safetensors')) };
}

/** A prompt of a case as points in 0..1. */
export function pointsOfPrompt(
  { points, labels, box }: Sam2Case['settings']['prompts'][string],
  size: number,
): readonly PromptPoint[] {
  const at = (x: number, y: number, kind: PromptPoint['kind']): PromptPoint => ({ x: x / size, y: y / size, kind });
  return [
    ...(box ? [at(box[0], box[1], 'topLeft'), at(box[2], box[3], 'bottomRight')] : []),
    ...(points ?? []).map(([x, y], index) => at(x, y, labels?.[index] === 0 ? 'outside' : 'inside')),
  ];
}
