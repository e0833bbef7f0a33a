import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { alikeInFrames } from '../../../../models/nets/unet/alphaInputs.ts';
import { buildContext } from '../../../../models/nets/unet/contextKeyValues.ts';
import { buildUnet, type UnetGraphShape } from '../../../../models/nets/unet/unet.ts';
import { crossAttentionLayers, parseUnetConfig } from '../../../../models/nets/unet/unetConfig.ts';
import { type DialectName, dialectOf } from '../../../../models/onnx/dialect.ts';
import { graphCost } from '../../../../models/onnx/graphCost.ts';
import { encodeModel } from '../../../../models/onnx/modelFile.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';
import { type RuntimeFloatTensor, type RuntimeTensor, Session } from '../../../../models/runtime/session.ts';
import { writeRandomWeights } from '../../../../models/verify/bench/randomWeights.ts';
import { releasedShape, releasedUnet } from '../../../../models/verify/bench/released.ts';
import { KeyedWeights } from '../../../../models/weights/keyedWeights.ts';
import { readSafetensors } from '../../../../models/weights/safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'unet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base = {
  in_channels: 8,
  out_channels: 4,
  block_out_channels: [16, 32],
  layers_per_block: 1,
  cross_attention_dim: 12,
  attention_head_dim: 2,
  norm_num_groups: 8,
  use_linear_projection: true,
  add_temp_embed: true,
  text_context_len: 5,
};

const wave = (shape: readonly number[], seed: number): RuntimeTensor => {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898 + seed)),
  };
};

let files = 0;

/** Builds a UNet of a configuration with random weights and runs it; inputs may be replaced one by one. */
async function runUnet(
  json: Record<string, unknown>,
  shape: Partial<UnetGraphShape> = {},
  options: { dialect?: DialectName; inputs?: (name: string, given: RuntimeTensor) => RuntimeTensor } = {},
): Promise<Record<string, RuntimeFloatTensor>> {
  const config = parseUnetConfig({ ...base, ...json }, 'config.json');
  const full = { batch: 1, frames: 2, height: 4, width: 4, imageTokens: 3, ...shape };
  const source = new RecordingSource();
  buildUnet(config, { ...full, frames: 2 }, dialectOf('plain'), source);
  const path = join(folder, `${files++}.safetensors`);
  await writeRandomWeights(path, source.entries, 5);
  const weights = new KeyedWeights(path, [{ index: await readSafetensors(path) }]);
  const graph = buildUnet(config, full, dialectOf(options.dialect ?? 'cpu'), weights);
  const session = await Session.create(encodeModel(graph), {
    provider: 'cpu',
    threads: 1,
    label: 'unet',
    weightsFolder: weights.folder,
  });
  try {
    const feeds = graph.inputs.map(({ name, shape: size }, index) => {
      const given = name.startsWith('alpha')
        ? { ...wave(size, 0), data: new Float32Array((size[0] ?? 0) * (size[1] ?? 0)).fill(1) }
        : wave(size, index);
      return [name, options.inputs?.(name, given as RuntimeTensor) ?? given] as const;
    });
    return await session.run(Object.fromEntries(feeds) as Record<string, RuntimeTensor>);
  } finally {
    await session.dispose();
  }
}

const difference = (a: RuntimeFloatTensor, b: RuntimeFloatTensor): number => {
  const largest = b.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.data.reduce((most, value, index) => Math.max(most, Math.abs(value - b.data[index])), 0) / largest;
};

describe('every option builds, runs, is finite, and says the same in both CPU dialects', () => {
  const options: Record<string, [Record<string, unknown>, Partial<UnetGraphShape>?]> = {
    'temporal convolutions': [{ add_temp_conv: true, block_out_channels: [32, 64] }],
    'no HFA (four channels in)': [{ in_channels: 4 }],
    'other latent channels': [{ in_channels: 24, out_channels: 12 }],
    'the subject in the prediction': [{ subject_patch: 2 }],
    'a correction of the noisy latents': [{ precondition: true }],
    'a correction of the noisy latents, the subject over it': [{ precondition: true, subject_patch: 2 }],
    'convolutional projections': [{ use_linear_projection: false }],
    'sparse-causal attention': [{ prepend_first_frame: true }, { frames: 4 }],
    'temporal feed-forward': [{ add_temp_ff: true }],
    'temporal attention in the up blocks alone': [{ add_temp_attn_only_on_upblocks: true }],
    'a temporal transformer in front': [{ add_temp_transformer: true, block_out_channels: [32, 32] }],
    'a temporal transformer and one frame': [
      { add_temp_transformer: true, block_out_channels: [32, 32] },
      { frames: 1 },
    ],
    'no frame embedding': [{ add_temp_embed: false }],
    'one level': [{ block_out_channels: [16] }],
    'five levels, heads per level': [
      { block_out_channels: [8, 8, 16, 16, 16], attention_head_dim: [1, 2, 2, 4, 4] },
      { height: 16, width: 16 },
    ],
    'block types of another order': [
      {
        down_block_types: ['DownBlock3D', 'CrossAttnDownBlock3D'],
        up_block_types: ['CrossAttnUpBlock3D', 'UpBlock3D'],
      },
    ],
    'picture block types, as a base model’s configuration has them': [
      {
        down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
      },
    ],
    'three layers per block': [{ layers_per_block: 3 }],
    'a scaled middle block and a centred input': [{ mid_block_scale_factor: 2, center_input_sample: true }],
    'sines first': [{ flip_sin_to_cos: false, freq_shift: 1 }],
    'one frame': [{ add_temp_conv: true, block_out_channels: [32, 32] }, { frames: 1 }],
    'sixty-four frames': [{}, { frames: 64 }],
    'a wide picture': [{}, { height: 4, width: 10 }],
    'odd sizes': [
      { block_out_channels: [8, 16, 16], attention_head_dim: 2 },
      { height: 5, width: 7 },
    ],
    'no image tokens': [{}, { imageTokens: 0 }],
    'a batch of three': [{}, { batch: 3 }],
  };
  test.each(Object.entries(options))('%s', async (_, [json, shape = {}]) => {
    const { prediction } = await runUnet(json, shape);
    const config = parseUnetConfig({ ...base, ...json }, '');
    expect(prediction.shape).toEqual([
      shape.batch ?? 1,
      config.outChannels,
      shape.frames ?? 2,
      shape.height ?? 4,
      shape.width ?? 4,
    ]);
    expect(prediction.data.every(Number.isFinite)).toBe(true);
    expect(difference((await runUnet(json, shape, { dialect: 'plain' })).prediction, prediction)).toBeLessThanOrEqual(
      1e-4,
    );
  });
});

describe('adaptive prompts alignment', () => {
  test('α of zero is the same as no image tokens', async () => {
    // Values by name, so that both graphs are fed the same although one has fewer inputs.
    const byName = (name: string, given: RuntimeTensor): RuntimeTensor =>
      name.startsWith('alpha') ? given : wave(given.shape, name.length);
    const without = await runUnet({}, { imageTokens: 0 }, { inputs: byName });
    const zeros = (name: string, given: RuntimeTensor): RuntimeTensor =>
      name === 'alpha_image'
        ? {
            dtype: 'float32',
            shape: given.shape,
            data: new Float32Array((given.shape[0] ?? 0) * (given.shape[1] ?? 0)),
          }
        : byName(name, given);
    const zeroed = await runUnet({}, {}, { inputs: zeros });
    expect(difference(zeroed.prediction, without.prediction)).toBeLessThanOrEqual(1e-5);
    const fed = await runUnet({}, {}, { inputs: byName });
    expect(difference(fed.prediction, without.prediction)).toBeGreaterThan(1e-4);
  });

  test('each layer has an α of its own', async () => {
    const config = parseUnetConfig(base, '');
    const layers = crossAttentionLayers(config);
    const plain = await runUnet({});
    for (const index of layers.keys()) {
      const moved = await runUnet(
        {},
        {},
        {
          inputs: (name, given) =>
            name === 'alpha_text'
              ? {
                  dtype: 'float32',
                  shape: given.shape,
                  data: alikeInFrames(
                    layers.map((_, layer) => (layer === index ? 3 : 1)),
                    given.shape[1] ?? 0,
                  ).data,
                }
              : given,
        },
      );
      expect(difference(moved.prediction, plain.prediction)).toBeGreaterThan(1e-5);
    }
  });

  test('each frame has an α of its own', async () => {
    const frameAlphas = (values: readonly number[]) => ({
      inputs: (name: string, given: RuntimeTensor): RuntimeTensor =>
        name === 'alpha_text'
          ? {
              dtype: 'float32',
              shape: given.shape,
              data: new Float32Array(2 * (given.shape[0] ?? 0)).map((_, index) => values[index % 2] ?? 0),
            }
          : given,
    });
    const [plain, second, both] = [
      await runUnet({}),
      await runUnet({}, {}, frameAlphas([1, 3])),
      await runUnet({}, {}, frameAlphas([3, 3])),
    ];
    expect(difference(second.prediction, plain.prediction)).toBeGreaterThan(1e-5);
    expect(difference(second.prediction, both.prediction)).toBeGreaterThan(1e-5);
  });

  test('attention maps: one per layer and kind, each query’s weights summing to one, the prediction unchanged', async () => {
    const plain = await runUnet({});
    const mapped = await runUnet({}, { attentionMaps: true });
    expect(difference(mapped.prediction, plain.prediction)).toBeLessThanOrEqual(1e-5);
    const layers = crossAttentionLayers(parseUnetConfig(base, ''));
    expect(Object.keys(mapped).sort()).toEqual(
      ['prediction', ...layers.flatMap(({ name }) => [`${name}.image_map`, `${name}.text_map`])].sort(),
    );
    const map = mapped[`${layers[0].name}.text_map`];
    expect(map.shape).toEqual([2, 16, 5]);
    for (let query = 0; query < 32; query++) {
      expect(map.data.slice(5 * query, 5 * query + 5).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
  });
});

test('the released UNet by the builder’s count', () => {
  const source = new RecordingSource();
  const graph = buildUnet(releasedUnet, releasedShape, dialectOf('cpu'), source);
  const { flops, parameters } = graphCost(graph);
  const context = graphCost(buildContext(releasedUnet, releasedShape, dialectOf('cpu'), source));
  expect(crossAttentionLayers(releasedUnet)).toHaveLength(16);
  expect((parameters + context.parameters) / 1e9).toBeCloseTo(1.21, 1);
  // 181 to 294 GFLOP a frame and branch.
  expect(flops / 16 / 1e9).toBeGreaterThan(181);
  expect(flops / 16 / 1e9).toBeLessThan(294);
});

describe('configurations this program cannot build say which setting', () => {
  test.each([
    [{ dual_cross_attention: true }, /config\.json: "dual_cross_attention"/],
    [{ only_cross_attention: [true, false] }, /only_cross_attention/],
    [{ class_embed_type: 'timestep' }, /class_embed_type/],
    [{ resnet_time_scale_shift: 'scale_shift' }, /scale_shift/],
    [{ act_fn: 'mish' }, /mish/],
    [{ down_block_types: ['AttnDownBlock', 'DownBlock3D'] }, /AttnDownBlock/],
    [{ down_block_types: ['DownBlock3D'] }, /2 levels need as many/],
    [{ attention_head_dim: 3 }, /16 channels cannot be cut into 3 heads/],
    [{ norm_num_groups: 7 }, /16 channels cannot be cut into 7 groups/],
    [{ block_out_channels: [] }, /block_out_channels/],
    [{ in_channels: 'many' }, /in_channels/],
    [{ subject_patch: 8, in_channels: 4 }, /as many subject channels/],
  ])('%j', (json, says) => {
    expect(() => parseUnetConfig({ ...base, ...json }, 'config.json')).toThrow(says);
  });
});
