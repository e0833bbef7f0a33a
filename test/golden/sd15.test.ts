import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DialectName, dialectOf } from '../../models/onnx/dialect.ts';
import { verifySet } from '../../models/verify/sd15/verifySet.ts';

const data = join(import.meta.dirname, 'sd15');
const folders = readdirSync(data, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();

/** Stages every case compares, so that a verification that quietly compares less fails. */
const common = [
  'prompt_states',
  'negative_states',
  'image_embeds',
  'image_tokens',
  'unet.output',
  'latents',
  'frames',
  'vae.mean',
];

describe.each(['plain', 'cpu'] satisfies DialectName[])('dialect %s', (name) => {
  test.each(folders)('%s agrees with diffusers', async (folder) => {
    const device = { provider: 'cpu', dialect: dialectOf(name), threads: 2, warnings: [] } as const;
    const stages = await verifySet(join(data, folder), device);
    expect(stages.map((stage) => stage.name)).toEqual(expect.arrayContaining(common));
    for (const { name: stage, relativeError, tolerance } of stages)
      expect(relativeError, stage).toBeLessThanOrEqual(tolerance);
  });
});
