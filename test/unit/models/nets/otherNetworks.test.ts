import { describe, expect, test } from 'vitest';
import {
  buildAutoencoderDecoder,
  buildAutoencoderEncoder,
  parseAutoencoderConfig,
} from '../../../../models/nets/autoencoder.ts';
import { buildClipText, parseClipTextConfig } from '../../../../models/nets/clip/clipText.ts';
import {
  buildClipVision,
  clipVisionTokens,
  openClipHuge,
  parseClipVisionConfig,
} from '../../../../models/nets/clip/clipVision.ts';
import { buildHfaPyramid, parseHfaPyramidConfig } from '../../../../models/nets/hfaPyramid.ts';
import { buildResampler, parseResamplerConfig, releasedResampler } from '../../../../models/nets/resampler.ts';
import { buildTinyDecoder, parseTinyDecoderConfig } from '../../../../models/nets/tinyDecoder.ts';
import { dialectOf } from '../../../../models/onnx/dialect.ts';
import { graphCost } from '../../../../models/onnx/graphCost.ts';
import { RecordingSource } from '../../../../models/onnx/sources/recordingSource.ts';

const cpu = dialectOf('cpu');
const outputs = (graph: { outputs: readonly { name: string; shape: readonly number[] }[] }) =>
  Object.fromEntries(graph.outputs.map(({ name, shape }) => [name, shape]));

describe('sizes of the published networks', () => {
  test('Stable Diffusion’s VAE: 34 M parameters up, 50 M down, 622 GFLOP for a picture of 256 pixels', () => {
    const config = parseAutoencoderConfig({ block_out_channels: [128, 256, 512, 512], layers_per_block: 2 }, 'vae');
    const encoder = buildAutoencoderEncoder(config, { batch: 1, height: 256, width: 320 }, cpu, new RecordingSource());
    expect(outputs(encoder)).toEqual({ mean: [1, 4, 32, 40], logvar: [1, 4, 32, 40] });
    expect(graphCost(encoder).parameters / 1e6).toBeCloseTo(34.2, 0);
    const decoder = buildAutoencoderDecoder(config, { batch: 1, height: 32, width: 32 }, cpu, new RecordingSource());
    expect(outputs(decoder)).toEqual({ image: [1, 3, 256, 256] });
    expect(graphCost(decoder).parameters / 1e6).toBeCloseTo(49.5, 0);
    expect(graphCost(decoder).flops / 1e9).toBeGreaterThan(600);
    expect(graphCost(decoder).flops / 1e9).toBeLessThan(640);
  });

  test('OpenCLIP ViT-H/14: 257 tokens of 1280, 631 M parameters without its end', () => {
    const graph = buildClipVision(openClipHuge, { batch: 2, hiddenLayer: 'last' }, cpu, new RecordingSource());
    expect(outputs(graph)).toEqual({ tokens: [2, 257, 1280] });
    expect(graphCost(graph).parameters / 1e6).toBeCloseTo(630.8, 0);
    const short = buildClipVision(openClipHuge, { batch: 2, hiddenLayer: 'penultimate' }, cpu, new RecordingSource());
    expect((graphCost(graph).parameters - graphCost(short).parameters) / 1e6).toBeCloseTo(19.7, 1);
  });

  test('the released resampler: 257 tokens to 16 of 1024', () => {
    const graph = buildResampler(
      releasedResampler,
      { batch: 3, tokens: clipVisionTokens(openClipHuge) },
      cpu,
      new RecordingSource(),
    );
    expect(outputs(graph)).toEqual({ image_tokens: [3, 16, 1024] });
  });

  test('Stable Diffusion 2.1’s text encoder: 340 M parameters in 23 layers', () => {
    const config = parseClipTextConfig(
      {
        hidden_size: 1024,
        intermediate_size: 4096,
        num_hidden_layers: 23,
        num_attention_heads: 16,
        hidden_act: 'gelu',
      },
      'text',
    );
    const graph = buildClipText(config, { batch: 1, hiddenLayer: 'last' }, cpu, new RecordingSource());
    expect(outputs(graph)).toEqual({ states: [1, 77, 1024] });
    expect(graphCost(graph).parameters / 1e6).toBeCloseTo(340.4, 0);
  });

  test('TAESD’s decoder: 1.2 M parameters', () => {
    const graph = buildTinyDecoder(
      parseTinyDecoderConfig({}, 'tiny'),
      { batch: 1, height: 32, width: 32 },
      cpu,
      new RecordingSource(),
    );
    expect(outputs(graph)).toEqual({ image: [1, 3, 256, 256] });
    expect(graphCost(graph).parameters / 1e6).toBeCloseTo(1.22, 1);
  });
});

test('a single-level pyramid is possible, another number of levels than its own is not', () => {
  const config = parseHfaPyramidConfig({ latent_channels: 4, levels: 1, hidden_channels: 8 }, 'pyramid');
  const build = (count: number) =>
    buildHfaPyramid(
      config,
      { batch: 1, levels: Array.from({ length: count }, () => ({ height: 4, width: 6 })) },
      cpu,
      new RecordingSource(),
    );
  expect(outputs(build(1))).toEqual({ subject: [1, 4, 4, 6] });
  expect(() => build(2)).toThrow(/2 levels are given to a pyramid of 1/);
});

describe('a configuration of another kind is refused, naming file and setting', () => {
  test.each([
    [
      () => parseAutoencoderConfig({ down_block_types: ['AttnDownEncoderBlock2D'] }, 'vae/config.json'),
      /vae\/config\.json .*down_block_types/s,
    ],
    [() => parseClipTextConfig({ hidden_act: 'relu' }, 'text/config.json'), /text\/config\.json .*hidden_act/s],
    [() => parseClipVisionConfig({ patch_size: 0 }, 'vision/config.json'), /vision\/config\.json .*patch_size/s],
    [() => parseResamplerConfig({ dim: 4 }, 'resampler/config.json'), /resampler\/config\.json .*depth/s],
    [
      () =>
        parseTinyDecoderConfig(
          { decoder_block_out_channels: [64, 32], num_decoder_blocks: [1, 1] },
          'tiny/config.json',
        ),
      /tiny\/config\.json: decoder levels of different widths/,
    ],
    [
      () =>
        parseTinyDecoderConfig({ decoder_block_out_channels: [64], num_decoder_blocks: [1, 1] }, 'tiny/config.json'),
      /1 widths and 2 block counts/,
    ],
    [() => parseHfaPyramidConfig({}, 'pyramid/config.json'), /pyramid\/config\.json .*latent_channels/s],
  ])('%#', (parse, says) => {
    expect(parse).toThrow(says);
  });
});
