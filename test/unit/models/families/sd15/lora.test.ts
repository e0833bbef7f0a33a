import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LoraRole } from '../../../../../models/families/sd15/lora/loraKeys.ts';
import { strengthInput } from '../../../../../models/families/sd15/lora/loraSource.ts';
import { openLoras } from '../../../../../models/families/sd15/lora/openLoras.ts';
import { seededNormal } from '../../../../../models/math/seededNoise.ts';
import { floatTensor } from '../../../../../models/math/tensor.ts';
import { dialectOf } from '../../../../../models/onnx/dialect.ts';
import { GraphBuilder } from '../../../../../models/onnx/graphBuilder.ts';
import { runOnce } from '../../../../../models/runtime/runOnce.ts';
import { readSafetensors } from '../../../../../models/weights/safetensors.ts';
import { type FileTensor, writeFloats } from '../../../../fixtures/floatTensors.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const device = { provider: 'cpu', dialect: dialectOf('cpu'), threads: 1, warnings: [] } as const;
const block = 'down_blocks.0.attentions.0.transformer_blocks.0';
const motion = 'down_blocks.0.motion_modules.0.transformer_blocks.0';

/** The networks the LoRAs are laid over: a module of every kind, small. */
const unetShapes: Readonly<Record<string, readonly number[]>> = {
  [`${block}.attn1.to_q`]: [8, 8],
  [`${block}.attn1.to_out.0`]: [8, 8],
  [`${block}.attn2.to_k`]: [8, 6],
  [`${block}.ff.net.0.proj`]: [16, 8],
  [`${block}.ff.net.2`]: [8, 8],
  'down_blocks.0.attentions.0.proj_in': [8, 8, 1, 1],
  'down_blocks.0.resnets.0.conv1': [8, 4, 3, 3],
  'down_blocks.0.downsamplers.0.conv': [8, 8, 3, 3],
  'mid_block.resnets.1.time_emb_proj': [8, 12],
  'up_blocks.1.upsamplers.0.conv': [8, 8, 3, 3],
  conv_in: [8, 4, 3, 3],
  [`${motion}.attn1.to_q`]: [8, 8],
};
const textShapes: Readonly<Record<string, readonly number[]>> = {
  'text_model.encoder.layers.0.self_attn.q_proj': [6, 6],
  'text_model.encoder.layers.0.mlp.fc1': [12, 6],
};

let drawn = 0;
const draw = (...shape: number[]): FileTensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: seededNormal(size, ++drawn, 'weights') };
};
const scalar = (value: number): FileTensor => ({ shape: [], data: Float32Array.of(value) });
const weightsOf = (shapes: Readonly<Record<string, readonly number[]>>): Record<string, FileTensor> =>
  Object.fromEntries(Object.entries(shapes).map(([module, shape]) => [`${module}.weight`, draw(...shape)]));

const base = { unet: weightsOf(unetShapes), text: weightsOf(textShapes) };

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
    const { weights, source } = opened[tower];
    const b = new GraphBuilder(tower, device.dialect, source);
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

type Roles = Partial<Record<LoraRole, FileTensor>>;
const at = ({ shape, data }: FileTensor, row: number, column: number): number => {
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  return data[row * columns + column] ?? Number.NaN;
};

/** Σ_k a[row, k] · b[k, column], both flat. */
const product = (a: FileTensor, b: FileTensor, row: number, column: number): number => {
  let sum = 0;
  for (let k = 0; k < (b.shape[0] ?? 0); k++) sum += at(a, row, k) * at(b, k, column);
  return sum;
};

/** ΔW[row, column] by the definitions, one number at a time. */
const definitions: Readonly<Record<string, (roles: Required<Roles>, row: number, column: number) => number>> = {
  product: (t, row, column) => product(t.up, t.down, row, column),
  core: (t, row, column) => {
    const taps = (t.mid.shape[2] ?? 1) * (t.mid.shape[3] ?? 1);
    const [input, tap] = [Math.floor(column / taps), column % taps];
    let sum = 0;
    for (let a = 0; a < (t.mid.shape[0] ?? 0); a++)
      for (let c = 0; c < (t.mid.shape[1] ?? 0); c++)
        sum += at(t.up, row, a) * at(t.mid, a, c * taps + tap) * at(t.down, c, input);
    return sum;
  },
  hadamard: (t, row, column) =>
    product(t.hada_w1_a, t.hada_w1_b, row, column) * product(t.hada_w2_a, t.hada_w2_b, row, column),
  hadamardCore: (t, row, column) => {
    const side = (core: FileTensor, a: FileTensor, c: FileTensor): number => {
      const taps = (core.shape[2] ?? 1) * (core.shape[3] ?? 1);
      let sum = 0;
      for (let i = 0; i < (core.shape[0] ?? 0); i++)
        for (let j = 0; j < (core.shape[1] ?? 0); j++)
          sum += at(core, i, j * taps + (column % taps)) * at(a, i, row) * at(c, j, Math.floor(column / taps));
      return sum;
    };
    return side(t.hada_t1, t.hada_w1_a, t.hada_w1_b) * side(t.hada_t2, t.hada_w2_a, t.hada_w2_b);
  },
  kronecker: (t, row, column) => {
    const rows = t.lokr_w2.shape[0] ?? 1;
    const columns = t.lokr_w2.shape.slice(1).reduce((all, length) => all * length, 1);
    return (
      at(t.lokr_w1, Math.floor(row / rows), Math.floor(column / columns)) * at(t.lokr_w2, row % rows, column % columns)
    );
  },
  kroneckerLow: (t, row, column) => {
    const [rows, columns] = [t.lokr_w2_a.shape[0] ?? 1, t.lokr_w2_b.shape[1] ?? 1];
    return (
      product(t.lokr_w1_a, t.lokr_w1_b, Math.floor(row / rows), Math.floor(column / columns)) *
      product(t.lokr_w2_a, t.lokr_w2_b, row % rows, column % columns)
    );
  },
  difference: (t, row, column) => at(t.diff, row, column),
};

const conv = 'down_blocks.0.resnets.0.conv1';
const out = `${block}.attn1.to_out.0`;
const low = { up: draw(8, 2), down: draw(2, 8) };

/** Each dialect: the file's keys, the module they mean, and by which definition with which factor. */
const dialects: readonly (readonly [
  string,
  string,
  (key: LoraRole) => string,
  Roles,
  keyof typeof definitions,
  number,
])[] = [
  [
    'kohya with α',
    `${block}.attn1.to_q`,
    (r) => `lora_unet_${block.replaceAll('.', '_')}_attn1_to_q.${kohya(r)}`,
    { ...low, alpha: scalar(4) },
    'product',
    2,
  ],
  [
    'kohya, to_out',
    out,
    (r) => `lora_unet_${block.replaceAll('.', '_')}_attn1_to_out_0.${kohya(r)}`,
    low,
    'product',
    1,
  ],
  [
    'kohya, gated projection',
    `${block}.ff.net.0.proj`,
    (r) => `lora_unet_${block.replaceAll('.', '_')}_ff_net_0_proj.${kohya(r)}`,
    { up: draw(16, 2), down: draw(2, 8) },
    'product',
    1,
  ],
  [
    'kohya, 1×1 convolution',
    'down_blocks.0.attentions.0.proj_in',
    (r) => `lora_unet_down_blocks_0_attentions_0_proj_in.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), down: draw(2, 8, 1, 1) },
    'product',
    1,
  ],
  [
    'kohya, 3×3 convolution',
    conv,
    (r) => `lora_unet_down_blocks_0_resnets_0_conv1.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), down: draw(2, 4, 3, 3) },
    'product',
    1,
  ],
  [
    'kohya, convolution with a core',
    conv,
    (r) => `lora_unet_down_blocks_0_resnets_0_conv1.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), mid: draw(2, 3, 3, 3), down: draw(3, 4, 1, 1) },
    'core',
    1,
  ],
  [
    'kohya, LDM names, attention',
    `${block}.attn2.to_k`,
    (r) => `lora_unet_input_blocks_1_1_transformer_blocks_0_attn2_to_k.${kohya(r)}`,
    { up: draw(8, 2), down: draw(2, 6) },
    'product',
    1,
  ],
  [
    'kohya, LDM names, residual block',
    conv,
    (r) => `lora_unet_input_blocks_1_0_in_layers_2.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), down: draw(2, 4, 3, 3) },
    'product',
    1,
  ],
  [
    'kohya, LDM names, middle',
    'mid_block.resnets.1.time_emb_proj',
    (r) => `lora_unet_middle_block_2_emb_layers_1.${kohya(r)}`,
    { up: draw(8, 2), down: draw(2, 12) },
    'product',
    1,
  ],
  [
    'kohya, LDM names, halving',
    'down_blocks.0.downsamplers.0.conv',
    (r) => `lora_unet_input_blocks_3_0_op.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), down: draw(2, 8, 3, 3) },
    'product',
    1,
  ],
  [
    'kohya, LDM names, enlarging',
    'up_blocks.1.upsamplers.0.conv',
    (r) => `lora_unet_output_blocks_5_2_conv.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), down: draw(2, 8, 3, 3) },
    'product',
    1,
  ],
  [
    'kohya, LDM names, first convolution',
    'conv_in',
    (r) => `lora_unet_input_blocks_0_0.${kohya(r)}`,
    { up: draw(8, 2, 1, 1), down: draw(2, 4, 3, 3) },
    'product',
    1,
  ],
  [
    'kohya, text encoder',
    'text_model.encoder.layers.0.mlp.fc1',
    (r) => `lora_te_text_model_encoder_layers_0_mlp_fc1.${kohya(r)}`,
    { up: draw(12, 2), down: draw(2, 6) },
    'product',
    1,
  ],
  [
    'kohya, text encoder without its root',
    'text_model.encoder.layers.0.mlp.fc1',
    (r) => `lora_te_encoder_layers_0_mlp_fc1.${kohya(r)}`,
    { up: draw(12, 2), down: draw(2, 6) },
    'product',
    1,
  ],
  [
    'old diffusers',
    `${block}.attn1.to_q`,
    (r) => `unet.${block}.attn1.processor.to_q_lora.${r}.weight`,
    low,
    'product',
    1,
  ],
  ['old diffusers, to_out', out, (r) => `unet.${block}.attn1.processor.to_out_lora.${r}.weight`, low, 'product', 1],
  ['old diffusers, no prefix', out, (r) => `${block}.attn1.processor.to_out_lora.${r}.weight`, low, 'product', 1],
  [
    'old diffusers, text',
    'text_model.encoder.layers.0.self_attn.q_proj',
    (r) => `text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.${r}.weight`,
    { up: draw(6, 2), down: draw(2, 6) },
    'product',
    1,
  ],
  ['diffusers in between', out, (r) => `unet.${block}.attn1.to_out.0.lora.${r}.weight`, low, 'product', 1],
  ['PEFT', out, (r) => `unet.${block}.attn1.to_out.0.${peft(r)}.weight`, low, 'product', 1],
  [
    'PEFT, adapter name',
    `${block}.ff.net.2`,
    (r) => `base_model.model.${block}.ff.net.2.${peft(r)}.default.weight`,
    low,
    'product',
    1,
  ],
  [
    'PEFT, text',
    'text_model.encoder.layers.0.self_attn.q_proj',
    (r) => `text_encoder.text_model.encoder.layers.0.self_attn.q_proj.${peft(r)}.weight`,
    { up: draw(6, 2), down: draw(2, 6) },
    'product',
    1,
  ],
  [
    'motion LoRA',
    `${motion}.attn1.to_q`,
    (r) =>
      `down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0.processor.to_q_lora.${r}.weight`,
    low,
    'product',
    1,
  ],
  [
    'motion LoRA, diffusers',
    `${motion}.attn1.to_q`,
    (r) => `unet.${motion}.attn1.to_q.lora.${r}.weight`,
    low,
    'product',
    1,
  ],
  ['LyCORIS prefix', out, (r) => `lycoris_unet_${out.replaceAll('.', '_')}.${kohya(r)}`, low, 'product', 1],
  [
    'LoHa',
    out,
    (r) => `lora_unet_${out.replaceAll('.', '_')}.${kohya(r)}`,
    { hada_w1_a: draw(8, 2), hada_w1_b: draw(2, 8), hada_w2_a: draw(8, 2), hada_w2_b: draw(2, 8), alpha: scalar(1) },
    'hadamard',
    0.5,
  ],
  [
    'LoHa with cores',
    conv,
    (r) => `lora_unet_down_blocks_0_resnets_0_conv1.${kohya(r)}`,
    {
      hada_w1_a: draw(2, 8),
      hada_w1_b: draw(3, 4),
      hada_t1: draw(2, 3, 3, 3),
      hada_w2_a: draw(2, 8),
      hada_w2_b: draw(3, 4),
      hada_t2: draw(2, 3, 3, 3),
    },
    'hadamardCore',
    1,
  ],
  [
    'LoKr',
    out,
    (r) => `lora_unet_${out.replaceAll('.', '_')}.${kohya(r)}`,
    { lokr_w1: draw(2, 4), lokr_w2: draw(4, 2), alpha: scalar(7) },
    'kronecker',
    1,
  ],
  [
    'LoKr of a convolution',
    conv,
    (r) => `lora_unet_down_blocks_0_resnets_0_conv1.${kohya(r)}`,
    { lokr_w1: draw(4, 2), lokr_w2: draw(2, 2, 3, 3) },
    'kronecker',
    1,
  ],
  [
    'LoKr, both low in rank',
    out,
    (r) => `lora_unet_${out.replaceAll('.', '_')}.${kohya(r)}`,
    { lokr_w1_a: draw(2, 2), lokr_w1_b: draw(2, 4), lokr_w2_a: draw(4, 2), lokr_w2_b: draw(2, 2), alpha: scalar(1) },
    'kroneckerLow',
    0.5,
  ],
  [
    'whole difference',
    out,
    (r) => `lora_unet_${out.replaceAll('.', '_')}.${kohya(r)}`,
    { diff: draw(8, 8) },
    'difference',
    1,
  ],
];

function kohya(role: LoraRole): string {
  return { up: 'lora_up.weight', down: 'lora_down.weight', mid: 'lora_mid.weight' }[role as string] ?? role;
}
function peft(role: LoraRole): string {
  return role === 'up' ? 'lora_B' : 'lora_A';
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
