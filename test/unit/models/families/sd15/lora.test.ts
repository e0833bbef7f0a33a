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
import { type FileTensor, writeFloats } from '../../../../fixtures/models/floatTensors.ts';
import { definitions, type Roles } from '../../../../fixtures/models/loraDefinitions.ts';
import { base, block, dialects, draw, out, textShapes, unetShapes } from '../../../../fixtures/models/loraDialects.ts';
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

  test.each([
    ['by output, with α', `${block}.attn1.to_q`, 'dora_scale', [8, 1], 4],
    ['by output, as PEFT writes it', `${block}.attn1.to_q`, 'lora_magnitude_vector.weight', [8], undefined],
    ['by input, of a gated projection’s rows', `${block}.ff.net.0.proj`, 'dora_scale', [1, 8], undefined],
    ['by input, of a convolution', 'down_blocks.0.resnets.0.conv1', 'dora_scale', [1, 4, 1, 1], undefined],
    ['by output, of a convolution', 'down_blocks.0.resnets.0.conv1', 'dora_scale', [8, 1, 1, 1], 1],
  ] as const)('a DoRA %s', async (_, module, ending, shape, alpha) => {
    const weight = base.unet[`${module}.weight`] ?? draw(1);
    const [rows = 0, inputs = 0, ...taps] = weight.shape;
    const spatial = taps.reduce((all, length) => all * length, 1);
    const [up, down, magnitude] = [draw(rows, 2, ...taps.map(() => 1)), draw(2, inputs, ...taps), draw(...shape)];
    const stem = `lora_unet_${module.replaceAll('.', '_')}`;
    const file = {
      [`${stem}.lora_up.weight`]: up,
      [`${stem}.lora_down.weight`]: down,
      [`${stem}.${ending}`]: magnitude,
      ...(alpha === undefined ? {} : { [`${stem}.alpha`]: { shape: [], data: Float32Array.of(alpha) } }),
    };
    const { results, fit } = await applied(file, 0.7);
    expect(fit).toMatchObject({ fitted: 1, modules: 1 });
    const columns = inputs * spatial;
    const direction = weight.data.map((value, index) => {
      const delta = definitions.product?.(
        { up, down } as Required<Roles>,
        Math.floor(index / columns),
        index % columns,
      );
      return value + ((alpha ?? 2) / 2) * (delta ?? Number.NaN);
    });
    const isByOutput = shape[0] === rows;
    const groupOf = (index: number): number =>
      isByOutput ? Math.floor(index / columns) : Math.floor((index % columns) / spatial);
    const squares = new Float64Array(isByOutput ? rows : inputs);
    for (const [index, value] of direction.entries())
      squares[groupOf(index)] = (squares[groupOf(index)] ?? 0) + value ** 2;
    const expected = weight.data.map((value, index) => {
      const group = groupOf(index);
      const decomposed = ((magnitude.data[group] ?? 0) * (direction[index] ?? 0)) / Math.sqrt(squares[group] ?? 0);
      return value + 0.7 * (decomposed - value);
    });
    expectClose(results[module], expected);
    if (module.endsWith('ff.net.0.proj')) expectClose(results.rows, expected.slice(64));
  });

  test('a DoRA whose magnitudes are of another shape fits nowhere', async () => {
    const stem = `lora_unet_${out.replaceAll('.', '_')}`;
    const file = {
      [`${stem}.lora_up.weight`]: draw(8, 2),
      [`${stem}.lora_down.weight`]: draw(2, 8),
      [`${stem}.dora_scale`]: draw(7, 1),
    };
    await expect(applied(file, 1)).rejects.toMatchObject({ code: 'model-mismatch' });
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
