import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LoraRole } from '../../../../../models/families/sd15/lora/loraKeys.ts';
import { strengthInput } from '../../../../../models/families/sd15/lora/loraWeights.ts';
import { openLoras } from '../../../../../models/families/sd15/lora/openLoras.ts';
import { floatTensor } from '../../../../../models/math/tensor.ts';
import { dialectOf } from '../../../../../models/onnx/dialect.ts';
import { GraphBuilder } from '../../../../../models/onnx/graphBuilder.ts';
import { runOnce } from '../../../../../models/runtime/runOnce.ts';
import { readSafetensors } from '../../../../../models/weights/safetensors.ts';
import { type FileTensor, writeFloats } from '../../../../fixtures/floatTensors.ts';
import { definitions, type Roles } from '../../../../fixtures/loraDefinitions.ts';
import { base, block, dialects, draw, out, textShapes, unetShapes } from '../../../../fixtures/loraDialects.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const device = { provider: 'cpu', dialect: dialectOf('cpu'), threads: 1, warnings: [] } as const;
/** Writes the LoRA, lays it over the networks at `strength` and reads every weight as a graph has it. */
async function applied(lora: Readonly<Record<string, FileTensor>>, strength: number) {
  for (const tower of ['unet', 'text'] as const) await writeFloats(join(folder, `${tower}.safetensors`), base[tower]);
  await writeFloats(join(folder, 'a lora ü.safetensors'), lora);
  const network = async (tower: 'unet' | 'text') => ({
    label: tower,
    layers: [{ index: await readSafetensors(join(folder, `${tower}.safetensors`)) }],
  });
  const networks = { unet: await network('unet'), text: await network('text') };
  const opened = await openLoras([{ file: join(folder, 'a lora ü.safetensors'), weight: strength }], networks);
  const results: Record<string, Float32Array> = {};
  for (const [tower, shapes] of [
    ['unet', unetShapes],
    ['text', textShapes],
  ] as const) {
    const weights = opened[tower];
    const b = new GraphBuilder(tower, device.dialect, weights);
    for (const [module, shape] of Object.entries(shapes)) b.output(module, b.weightAt(`${module}.weight`, shape));
    // The halves of a gated projection are asked for as rows of their weight.
    if (tower === 'unet')
      b.output(
        'rows',
        b.scope(`${block}.ff.net.0.proj`, () => b.weightRows('weight', [16, 8], 8, 16)),
      );
    const inputs = { [strengthInput]: floatTensor([1], Float32Array.of(strength)) };
    for (const [name, { data }] of Object.entries(await runOnce(device, b.finish(), weights.folder, inputs)))
      results[name] = data;
  }
  return { results, fit: opened.fits[0] };
}

describe('LoRA dialects against weights merged number by number', () => {
  test.each(dialects)('%s', async (_, module, keyOf, roles, definition, factor) => {
    const lora = Object.fromEntries(Object.entries(roles).map(([role, tensor]) => [keyOf(role as LoraRole), tensor]));
    const strength = 0.7;
    const { results, fit } = await applied(lora, strength);
    expect(fit).toMatchObject({ fitted: 1, modules: 1 });
    for (const [name, weight] of [...Object.entries(base.unet), ...Object.entries(base.text)]) {
      const own = name.replace(/\.weight$/, '');
      const columns = weight.data.length / (weight.shape[0] ?? 1);
      const expected = weight.data.map((value, index) =>
        own === module
          ? value +
            strength *
              factor *
              (definitions[definition]?.(roles as Required<Roles>, Math.floor(index / columns), index % columns) ??
                Number.NaN)
          : value,
      );
      expectClose(results[own], expected);
      if (own === `${block}.ff.net.0.proj`) expectClose(results.rows, expected.slice(64));
    }
  });

  test('two thirds that fit are applied, and the sentence says what did not', async () => {
    const stem = `lora_unet_${out.replaceAll('.', '_')}`;
    const { fit } = await applied(
      {
        [`${stem}.lora_up.weight`]: draw(8, 2),
        [`${stem}.lora_down.weight`]: draw(2, 8),
        'lora_unet_somewhere_else.lora_up.weight': draw(8, 2),
        'lora_unet_somewhere_else.lora_down.weight': draw(2, 8),
      },
      1,
    );
    expect(fit).toMatchObject({ fitted: 1, modules: 2, unfitted: ['somewhere_else'] });
    expect(fit?.sentence).toMatch(/1 of 2 modules .* fitted; without a place are somewhere_else\./);
  });

  test('one for another base is refused by name', async () => {
    const stem = `lora_unet_${block.replaceAll('.', '_')}_attn2_to_k`;
    const wide = { [`${stem}.lora_up.weight`]: draw(8, 2), [`${stem}.lora_down.weight`]: draw(2, 2048) };
    await expect(applied(wide, 1)).rejects.toMatchObject({
      code: 'model-mismatch',
      hint: expect.stringContaining('It was made for SDXL.'),
    });
  });
});

function expectClose(ours: Float32Array | undefined, expected: Float32Array): void {
  expect(ours?.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(ours?.[index]).toBeCloseTo(value, 4);
}
