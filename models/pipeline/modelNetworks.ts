import { StudioError } from '../errors/studioError.ts';
import {
  type AutoencoderConfig,
  buildAutoencoderDecoder,
  buildAutoencoderEncoder,
  type PictureShape,
  parseAutoencoderConfig,
} from '../nets/autoencoder.ts';
import { buildClipText, type ClipTextConfig, parseClipTextConfig } from '../nets/clipText.ts';
import {
  buildClipVision,
  type ClipVisionConfig,
  clipVisionTokens,
  openClipHuge,
  parseClipVisionConfig,
} from '../nets/clipVision.ts';
import { alphaKeys, buildContext } from '../nets/contextKeyValues.ts';
import { buildHfaPyramid, parseHfaPyramidConfig } from '../nets/hfaPyramid.ts';
import { buildResampler, parseResamplerConfig, type ResamplerConfig, releasedResampler } from '../nets/resampler.ts';
import { buildTinyDecoder, parseTinyDecoderConfig } from '../nets/tinyDecoder.ts';
import { buildUnet, type UnetGraphShape } from '../nets/unet.ts';
import { crossAttentionLayers, parseUnetConfig, type UnetConfig } from '../nets/unetConfig.ts';
import { dialectOf } from '../onnx/dialect.ts';
import { RecordingSource } from '../onnx/recordingSource.ts';
import { compareKeys } from '../weights/compareKeys.ts';
import type { KeyedWeights } from '../weights/keyedWeights.ts';
import type { ModelLayout, PartFiles, PartName } from '../weights/layouts.ts';
import type { BuildableNetwork } from './loadModel.ts';

type LevelShape = { batch: number; levels: readonly { height: number; width: number }[] };

/** The two graphs of a UNet's weights: the context's keys and values, and the denoiser. */
export interface UnetNetworks {
  readonly config: UnetConfig;
  readonly weights: KeyedWeights;
  readonly network: BuildableNetwork<UnetGraphShape>;
  readonly context: BuildableNetwork<{ batch: number; imageTokens: number }>;
}

/** Every network of a model with its configuration parsed, ready to be built. */
export interface ModelNetworks {
  readonly teacher: UnetNetworks;
  readonly student: UnetNetworks | undefined;
  readonly vaeConfig: AutoencoderConfig;
  readonly textConfig: ClipTextConfig;
  readonly visionConfig: ClipVisionConfig;
  readonly resamplerConfig: ResamplerConfig;
  readonly textEncoder: BuildableNetwork<{ batch: number }>;
  readonly imageEncoder: BuildableNetwork<{ batch: number }>;
  readonly resampler: BuildableNetwork<{ batch: number }>;
  readonly vaeEncoder: BuildableNetwork<PictureShape>;
  readonly vaeDecoder: BuildableNetwork<PictureShape>;
  readonly previewDecoder: BuildableNetwork<PictureShape> | undefined;
  readonly hfaPyramid: BuildableNetwork<LevelShape> | undefined;
  /** Every weight file, for the model's hash. */
  readonly weightFiles: readonly string[];
  /** Compares every checkpoint with the network it belongs to; throws naming what is missing, unused or misshapen. */
  checkWeights(): void;
}

/** Parses the configurations of a complete layout. */
export function parseNetworks(layout: ModelLayout): ModelNetworks {
  const part = (name: PartName): PartFiles => {
    const files = layout.parts.get(name);
    if (!files) throw new StudioError('model-incomplete', `${layout.folder} lacks the network ${name}.`);
    return files;
  };
  const { manifest } = layout;
  const checks: (() => void)[] = [];

  const unetOf = (files: PartFiles): UnetNetworks => {
    const config = parseUnetConfig(files.config, files.configLabel);
    const { weights } = files;
    const network: UnetNetworks['network'] = {
      config,
      weights,
      build: (shape, dialect, source) => buildUnet(config, shape, dialect, source),
    };
    const context: UnetNetworks['context'] = {
      config,
      weights,
      build: (shape, dialect, source) => buildContext(config, shape, dialect, source),
    };
    checks.push(() => {
      const declared = new RecordingSource((key) => weights.has(key));
      const side = 2 ** (config.down.length - 1);
      network.build({ batch: 1, frames: 2, height: side, width: side, imageTokens: 1 }, dialectOf('plain'), declared);
      context.build({ batch: 1, imageTokens: 1 }, dialectOf('plain'), declared);
      for (const { name } of crossAttentionLayers(config))
        for (const key of Object.values(alphaKeys(name))) declared.find(key, [1]);
      compareKeys(weights, declared.entries, layout.layout === 'magdiff-folder');
    });
    return { config, weights, network, context };
  };
  const plainPart = <Shape>(
    files: PartFiles,
    config: unknown,
    build: BuildableNetwork<Shape>['build'],
    probe: Shape,
    options: { ignored?: RegExp } = {},
  ): BuildableNetwork<Shape> => {
    checks.push(() => {
      const declared = new RecordingSource((key) => files.weights.has(key));
      build(probe, dialectOf('plain'), declared);
      compareKeys(files.weights, declared.entries, true, options.ignored);
    });
    return { config, weights: files.weights, build };
  };

  const teacher = unetOf(part('unet'));
  const student = layout.parts.has('unet_student') ? unetOf(part('unet_student')) : undefined;
  const files = {
    text: part('text_encoder'),
    image: part('image_encoder'),
    resampler: part('resampler'),
    vae: part('vae'),
  };

  const textConfig = parseClipTextConfig(files.text.config, files.text.configLabel);
  const textLayer = manifest.text.hiddenLayer;
  const textEncoder = plainPart<{ batch: number }>(
    files.text,
    [textConfig, textLayer],
    ({ batch }, dialect, source) => buildClipText(textConfig, { batch, hiddenLayer: textLayer }, dialect, source),
    { batch: 1 },
    // Buffers of older files, and the parts behind the layer in use.
    {
      ignored:
        textLayer === 'last'
          ? /position_ids$|^text_projection/
          : /position_ids$|^text_projection|encoder\.layers\.\d+\./,
    },
  );

  const visionConfig =
    files.image.config === undefined
      ? openClipHuge
      : parseClipVisionConfig(files.image.config, files.image.configLabel);
  const visionLayer = manifest.image.hiddenLayer;
  const imageEncoder = plainPart<{ batch: number }>(
    files.image,
    [visionConfig, visionLayer],
    ({ batch }, dialect, source) => buildClipVision(visionConfig, { batch, hiddenLayer: visionLayer }, dialect, source),
    { batch: 1 },
    // The tower's final norm and projection come after the tokens in use; OpenCLIP files hold the text tower too.
    {
      ignored:
        /position_ids$|post_layernorm|^visual_projection|^visual\.(ln_post|proj)|^(?!visual\.|vision_model\.)|(resblocks|encoder\.layers)\.\d+\./,
    },
  );

  const resamplerConfig =
    files.resampler.config === undefined
      ? releasedResampler
      : parseResamplerConfig(files.resampler.config, files.resampler.configLabel);
  const tokens = clipVisionTokens(visionConfig);
  const resampler = plainPart<{ batch: number }>(
    files.resampler,
    [resamplerConfig, tokens],
    ({ batch }, dialect, source) => buildResampler(resamplerConfig, { batch, tokens }, dialect, source),
    { batch: 1 },
  );

  const vaeConfig = parseAutoencoderConfig(files.vae.config, files.vae.configLabel);
  const probe = { batch: 1, height: vaeConfig.factor, width: vaeConfig.factor };
  const halves = { encoder: /^(decoder|post_quant_conv)\./, decoder: /^(encoder|quant_conv)\./ };
  const vaeEncoder = plainPart<PictureShape>(
    files.vae,
    vaeConfig,
    (shape, dialect, source) => buildAutoencoderEncoder(vaeConfig, shape, dialect, source),
    probe,
    {
      ignored: halves.encoder,
    },
  );
  const vaeDecoder = plainPart<PictureShape>(
    files.vae,
    vaeConfig,
    (shape, dialect, source) => buildAutoencoderDecoder(vaeConfig, shape, dialect, source),
    { ...probe, height: 1, width: 1 },
    { ignored: halves.decoder },
  );

  const previewFiles = layout.parts.get('preview_decoder');
  let previewDecoder: ModelNetworks['previewDecoder'];
  if (previewFiles) {
    const config = parseTinyDecoderConfig(previewFiles.config, previewFiles.configLabel);
    previewDecoder = plainPart<PictureShape>(
      previewFiles,
      config,
      (shape, dialect, source) => buildTinyDecoder(config, shape, dialect, source),
      { batch: 1, height: 1, width: 1 },
      {
        ignored: /^encoder\./,
      },
    );
  }
  const pyramidFiles = layout.parts.get('hfa_pyramid');
  let hfaPyramid: ModelNetworks['hfaPyramid'];
  if (pyramidFiles) {
    const config = parseHfaPyramidConfig(pyramidFiles.config, pyramidFiles.configLabel);
    const levels = Array.from({ length: config.levels }, () => ({ height: 1, width: 1 }));
    hfaPyramid = plainPart<LevelShape>(
      pyramidFiles,
      config,
      (shape, dialect, source) => buildHfaPyramid(config, shape, dialect, source),
      { batch: 1, levels },
    );
  }
  const weightFiles = [...new Set([...layout.parts.values()].flatMap(({ weights }) => weights.paths))].sort();
  return {
    teacher,
    student,
    vaeConfig,
    textConfig,
    visionConfig,
    resamplerConfig,
    textEncoder,
    imageEncoder,
    resampler,
    vaeEncoder,
    vaeDecoder,
    previewDecoder,
    hfaPyramid,
    weightFiles,
    checkWeights: () => {
      for (const check of checks) check();
    },
  };
}
