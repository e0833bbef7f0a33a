import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DialectName, dialectOf } from '../../models/onnx/dialect.ts';
import { verifySet } from '../../models/verify/sd15/verifySet.ts';
import { verifyFolder } from '../../models/verify/verify.ts';

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

test.each(['v3_inpaint', 'v1_diffusers', 'still'])(
  '%s in half precision: half a percent of one prediction, two of a run',
  async (folder) => {
    const verification = await verifyFolder(join(data, folder), { dialect: 'plain', half: true });
    expect(verification.dialect).toBe('plain, half precision');
    expect(verification.cases.map(({ name }) => name)).toEqual(expect.arrayContaining(common));
    for (const { name, relativeError, tolerance } of verification.cases)
      expect(relativeError, name).toBeLessThanOrEqual(tolerance);
  },
);
