import { StudioError } from '../errors/studioError.ts';
import {
  type AutoencoderConfig,
  buildAutoencoderDecoder,
  buildAutoencoderEncoder,
  type PictureShape,
  parseAutoencoderConfig,
} from '../nets/autoencoder.ts';
import { buildClipText, type ClipTextConfig, parseClipTextConfig } from '../nets/clip/clipText.ts';
import {
  buildClipVision,
  type ClipVisionConfig,
  clipVisionTokens,
  openClipHuge,
  parseClipVisionConfig,
} from '../nets/clip/clipVision.ts';
import { buildHfaPyramid, parseHfaPyramidConfig } from '../nets/hfaPyramid.ts';
import { buildMotionPlanner, type MotionPlannerConfig, parseMotionPlannerConfig } from '../nets/motionPlanner.ts';
import { buildResampler, parseResamplerConfig, type ResamplerConfig, releasedResampler } from '../nets/resampler.ts';
import { buildTinyDecoder, parseTinyDecoderConfig } from '../nets/tinyDecoder.ts';
import { alphaKeys, buildContext } from '../nets/unet/contextKeyValues.ts';
import { buildUnet, type UnetGraphShape } from '../nets/unet/unet.ts';
import { crossAttentionLayers, parseUnetConfig, type UnetConfig } from '../nets/unet/unetConfig.ts';
import { type Dialect, dialectOf } from '../onnx/dialect.ts';
import type { Graph } from '../onnx/graphBuilder.ts';
import { RecordingSource } from '../onnx/recordingSource.ts';
import { compareKeys } from '../weights/compareKeys.ts';
import type { KeyedWeights } from '../weights/keyedWeights.ts';
import type { ModelLayout, PartFiles, PartName } from '../weights/layouts.ts';
import type { Manifest } from '../weights/manifest.ts';

/** A network of a model: how to build it for some shape, its weights, and how they are checked. */
export interface BuildableNetwork<Shape> {
  readonly config: unknown;
  readonly weights: KeyedWeights;
  build(shape: Shape, dialect: Dialect, source: KeyedWeights | RecordingSource): Graph;
  /** Compares the checkpoint with what the network declares; throws naming what is missing, unused or misshapen. */
  check(): void;
}

/** The levels of an HFA pyramid, largest first. */
export interface LevelShape {
  readonly batch: number;
  readonly levels: readonly { height: number; width: number }[];
}

/** The two graphs of a UNet's weights: the context's keys and values, and the denoiser. */
export interface UnetNetworks {
  readonly config: UnetConfig;
  readonly weights: KeyedWeights;
  readonly network: BuildableNetwork<UnetGraphShape>;
  readonly context: BuildableNetwork<{ batch: number; imageTokens: number }>;
}

type Batch = { batch: number };

/** The motion planner with its configuration; it has one shape. */
export type PlannerNetwork = BuildableNetwork<Record<never, never>> & { readonly config: MotionPlannerConfig };

/** Every network of a model with its configuration parsed, ready to be built. */
export interface ModelNetworks {
  readonly teacher: UnetNetworks;
  readonly student: UnetNetworks | undefined;
  readonly vaeConfig: AutoencoderConfig;
  readonly textConfig: ClipTextConfig;
  readonly visionConfig: ClipVisionConfig;
  readonly resamplerConfig: ResamplerConfig;
  readonly textEncoder: BuildableNetwork<Batch>;
  readonly imageEncoder: BuildableNetwork<Batch>;
  readonly resampler: BuildableNetwork<Batch>;
  readonly vaeEncoder: BuildableNetwork<PictureShape>;
  readonly vaeDecoder: BuildableNetwork<PictureShape>;
  readonly previewDecoder: BuildableNetwork<PictureShape> | undefined;
  readonly hfaPyramid: BuildableNetwork<LevelShape> | undefined;
  readonly motionPlanner: PlannerNetwork | undefined;
  /** Every weight file, for the model's hash. */
  readonly weightFiles: readonly string[];
  /** Checks every network's weights; throws at the first that do not fit. */
  checkWeights(): void;
}

/** Parses the configurations of a complete layout. */
export function parseNetworks(layout: ModelLayout): ModelNetworks {
  const { manifest, parts } = layout;
  const part = (name: PartName): PartFiles => {
    const files = parts.get(name);
    if (!files) throw new StudioError('model-incomplete', `${layout.folder} lacks the network ${name}.`);
    return files;
  };
  const optional = <Network>(name: PartName, parse: (files: PartFiles) => Network): Network | undefined => {
    const files = parts.get(name);
    return files ? parse(files) : undefined;
  };
  const vision = imageEncoderOf(part('image_encoder'), manifest);
  const networks = {
    teacher: unetOf(part('unet')),
    student: optional('unet_student', unetOf),
    ...textEncoderOf(part('text_encoder'), manifest),
    ...vision,
    ...resamplerOf(part('resampler'), clipVisionTokens(vision.visionConfig)),
    ...autoencoderOf(part('vae')),
    previewDecoder: optional('preview_decoder', previewDecoderOf),
    hfaPyramid: optional('hfa_pyramid', hfaPyramidOf),
    motionPlanner: optional('motion_planner', motionPlannerOf),
  };
  const { teacher, student, textEncoder, imageEncoder, resampler, vaeEncoder, vaeDecoder } = networks;
  const { previewDecoder, hfaPyramid, motionPlanner } = networks;
  const all = [
    teacher.network,
    student?.network,
    textEncoder,
    imageEncoder,
    resampler,
    vaeEncoder,
    vaeDecoder,
    previewDecoder,
    hfaPyramid,
    motionPlanner,
  ];
  return {
    ...networks,
    weightFiles: [...new Set([...parts.values()].flatMap(({ weights }) => weights.paths))].sort(),
    checkWeights: () => {
      for (const network of all) network?.check();
    },
  };
}

/** How a network's weights are checked: at which smallest shape to build it, and which further keys are no mistake. */
interface Check<Shape> {
  readonly probe: Shape;
  readonly ignored?: RegExp;
  /** Declares keys that no graph uses. */
  readonly declareMore?: (declared: RecordingSource) => void;
}

function network<Shape>(
  files: PartFiles,
  config: unknown,
  build: BuildableNetwork<Shape>['build'],
  { probe, ignored, declareMore }: Check<Shape>,
): BuildableNetwork<Shape> {
  const { weights } = files;
  const check = (): void => {
    const declared = new RecordingSource((key) => weights.has(key));
    build(probe, dialectOf('plain'), declared);
    declareMore?.(declared);
    compareKeys(weights, declared.entries, ignored);
  };
  return { config, weights, build, check };
}

function unetOf(files: PartFiles): UnetNetworks {
  const config = parseUnetConfig(files.config, files.configLabel);
  const smallest = { batch: 1, imageTokens: 1 };
  const context: UnetNetworks['context'] = network(
    files,
    config,
    (shape, dialect, source) => buildContext(config, shape, dialect, source),
    { probe: smallest },
  );
  const side = 2 ** (config.down.length - 1);
  return {
    config,
    weights: files.weights,
    context,
    network: network(files, config, (shape, dialect, source) => buildUnet(config, shape, dialect, source), {
      // Two frames, because a single one leaves the temporal layers out.
      probe: { ...smallest, frames: 2, height: side, width: side },
      declareMore: (declared) => {
        context.build(smallest, dialectOf('plain'), declared);
        for (const { name } of crossAttentionLayers(config))
          for (const key of Object.values(alphaKeys(name))) declared.find(key, [1]);
      },
    }),
  };
}

function textEncoderOf(
  files: PartFiles,
  { text: { hiddenLayer } }: Manifest,
): Pick<ModelNetworks, 'textConfig' | 'textEncoder'> {
  const textConfig = parseClipTextConfig(files.config, files.configLabel);
  return {
    textConfig,
    textEncoder: network<Batch>(
      files,
      [textConfig, hiddenLayer],
      ({ batch }, dialect, source) => buildClipText(textConfig, { batch, hiddenLayer }, dialect, source),
      // Buffers of older files, and the parts behind the layer in use.
      {
        probe: { batch: 1 },
        ignored:
          hiddenLayer === 'last'
            ? /position_ids$|^text_projection/
            : /position_ids$|^text_projection|encoder\.layers\.\d+\./,
      },
    ),
  };
}

function imageEncoderOf(
  files: PartFiles,
  { image: { hiddenLayer } }: Manifest,
): Pick<ModelNetworks, 'visionConfig' | 'imageEncoder'> {
  const visionConfig =
    files.config === undefined ? openClipHuge : parseClipVisionConfig(files.config, files.configLabel);
  // The tower's final norm and projection come after the tokens in use; OpenCLIP files hold the text tower too.
  const behind = /position_ids$|post_layernorm|^visual_projection|^visual\.(ln_post|proj)|^logit_scale$/;
  const text = /^(text_model|transformer|token_embedding|ln_final|positional_embedding|text_projection)\b/;
  const layers = hiddenLayer === 'last' ? /$^/ : /(resblocks|encoder\.layers)\.\d+\./;
  return {
    visionConfig,
    imageEncoder: network<Batch>(
      files,
      [visionConfig, hiddenLayer],
      ({ batch }, dialect, source) => buildClipVision(visionConfig, { batch, hiddenLayer }, dialect, source),
      { probe: { batch: 1 }, ignored: new RegExp([behind, text, layers].map(({ source }) => source).join('|')) },
    ),
  };
}

function resamplerOf(files: PartFiles, tokens: number): Pick<ModelNetworks, 'resamplerConfig' | 'resampler'> {
  const resamplerConfig =
    files.config === undefined ? releasedResampler : parseResamplerConfig(files.config, files.configLabel);
  return {
    resamplerConfig,
    resampler: network<Batch>(
      files,
      [resamplerConfig, tokens],
      ({ batch }, dialect, source) => buildResampler(resamplerConfig, { batch, tokens }, dialect, source),
      { probe: { batch: 1 } },
    ),
  };
}

function autoencoderOf(files: PartFiles): Pick<ModelNetworks, 'vaeConfig' | 'vaeEncoder' | 'vaeDecoder'> {
  const vaeConfig = parseAutoencoderConfig(files.config, files.configLabel);
  const { factor } = vaeConfig;
  return {
    vaeConfig,
    vaeEncoder: network<PictureShape>(
      files,
      vaeConfig,
      (shape, dialect, source) => buildAutoencoderEncoder(vaeConfig, shape, dialect, source),
      {
        probe: { batch: 1, height: factor, width: factor },
        ignored: /^(decoder|post_quant_conv)\./,
      },
    ),
    vaeDecoder: network<PictureShape>(
      files,
      vaeConfig,
      (shape, dialect, source) => buildAutoencoderDecoder(vaeConfig, shape, dialect, source),
      {
        probe: { batch: 1, height: 1, width: 1 },
        ignored: /^(encoder|quant_conv)\./,
      },
    ),
  };
}

function previewDecoderOf(files: PartFiles): BuildableNetwork<PictureShape> {
  const config = parseTinyDecoderConfig(files.config, files.configLabel);
  return network(files, config, (shape, dialect, source) => buildTinyDecoder(config, shape, dialect, source), {
    probe: { batch: 1, height: 1, width: 1 },
    ignored: /^encoder\./,
  });
}

function hfaPyramidOf(files: PartFiles): BuildableNetwork<LevelShape> {
  const config = parseHfaPyramidConfig(files.config, files.configLabel);
  return network(files, config, (shape, dialect, source) => buildHfaPyramid(config, shape, dialect, source), {
    probe: { batch: 1, levels: Array.from({ length: config.levels }, () => ({ height: 1, width: 1 })) },
  });
}

function motionPlannerOf(files: PartFiles): PlannerNetwork {
  const config = parseMotionPlannerConfig(files.config, files.configLabel);
  const planner = network<Record<never, never>>(
    files,
    config,
    (_, dialect, source) => buildMotionPlanner(config, dialect, source),
    { probe: {} },
  );
  return { ...planner, config };
}
