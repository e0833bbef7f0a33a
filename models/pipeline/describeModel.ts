import { StudioError } from '../errors/studioError.ts';
import { alphaKeys } from '../nets/unet/contextKeyValues.ts';
import { crossAttentionLayers } from '../nets/unet/unetConfig.ts';
import type { ModelLayout } from '../weights/layouts.ts';
import { readTensor } from '../weights/readTensor.ts';
import type { ModelNetworks, UnetNetworks } from './modelNetworks.ts';
import type { AlphaLayer, ModelDescription } from './modelParts.ts';

/**
 * Linear map from Stable Diffusion's four scaled latent channels to RGB in −1..1; a least-squares fit in common use for
 * previews, taken where a model brings none of its own.
 */
const stableDiffusionToRgb = {
  matrix: [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  bias: [0, 0, 0],
};

/** Puts together what a model says about itself: its manifest, its configurations, and the α its layers learned. */
export async function describeModel(layout: ModelLayout, networks: ModelNetworks): Promise<ModelDescription> {
  const { manifest } = layout;
  const { config } = networks.teacher;
  const { vaeConfig, resamplerConfig } = networks;
  if (manifest.image.tokensPerFrame !== resamplerConfig.queries) {
    throw new StudioError(
      'model-mismatch',
      `${layout.folder}: the description says ${manifest.image.tokensPerFrame} image tokens per frame and the resampler makes ${resamplerConfig.queries}.`,
    );
  }
  if (config.subjectPatch > 0 && layout.scheduler.prediction_type !== 'sample') {
    throw new StudioError(
      'model-mismatch',
      `${layout.folder}: its UNet lays the subject over its prediction ("subject_patch"), which only makes sense where the scheduler's "prediction_type" is "sample", not "${layout.scheduler.prediction_type}".`,
    );
  }
  return {
    layout: layout.layout,
    folder: layout.folder,
    name: manifest.name,
    title: manifest.title ?? manifest.name,
    licence: manifest.licence,
    width: manifest.width,
    height: manifest.height,
    frames: manifest.frames,
    framesPerSecond: manifest.framesPerSecond,
    text: {
      hiddenLayer: manifest.text.hiddenLayer,
      tokens: config.textTokens,
      tokenizerFolder: layout.tokenizerFolder,
      padToken: layout.layout === 'stable-diffusion' ? '!' : undefined,
    },
    image: {
      size: networks.visionConfig.imageSize,
      mean: manifest.image.mean,
      std: manifest.image.std,
      colourOrder: manifest.image.colourOrder,
      resample: manifest.image.resample,
      tokensPerFrame: manifest.image.tokensPerFrame,
    },
    otherFrames: manifest.subject.otherFrames,
    motion: networks.motionPlanner && {
      waypoints: networks.motionPlanner.config.waypoints,
      spread: networks.motionPlanner.config.spread,
    },
    hfa: manifest.hfa,
    guidance: manifest.guidance,
    noiseAlpha: manifest.noiseAlpha,
    steps: manifest.steps,
    student:
      networks.student && manifest.student
        ? {
            steps: manifest.student.steps,
            guidanceDistilled: manifest.student.guidanceDistilled,
            layers: await readAlphas(networks.student),
          }
        : undefined,
    vae: { latentChannels: vaeConfig.latentChannels, scalingFactor: vaeConfig.scalingFactor, factor: vaeConfig.factor },
    unet: {
      inChannels: config.inChannels,
      outChannels: config.outChannels,
      contextWidth: config.contextWidth,
      layers: await readAlphas(networks.teacher),
      sizeMultiple: 2 ** (config.down.length - 1),
    },
    scheduler: layout.scheduler,
    hasPreviewDecoder: networks.previewDecoder !== undefined,
    latentToRgb: manifest.latentToRgb ?? stableDiffusionToRgb,
  };
}

/** The two learned scalars of every cross-attention layer, in the order of the UNet's α inputs. */
async function readAlphas({ config, weights }: UnetNetworks): Promise<readonly AlphaLayer[]> {
  const read = async (key: string): Promise<number> => {
    const tensor = weights.tensor(key);
    const value = tensor ? (await readTensor(tensor))[0] : undefined;
    if (value === undefined || !Number.isFinite(value))
      throw new StudioError('weights-not-finite', `${weights.label}: ${key} is no finite number.`);
    return value;
  };
  return Promise.all(
    crossAttentionLayers(config).map(async ({ name }) => {
      const keys = alphaKeys(name);
      return { name, text: await read(keys.text), image: await read(keys.image) };
    }),
  );
}
