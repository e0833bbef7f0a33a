import { StudioError } from '../../errors/studioError.ts';
import type { AlphaLayer, ModelDescription } from '../../model/description.ts';
import type { ModelFiles } from '../../model/family.ts';
import type { Networks } from '../../model/networks.ts';
import type { NetworkSet } from '../../model/networkTable.ts';
import { alphaKeys } from '../../nets/unet/contextKeyValues.ts';
import { crossAttentionLayers } from '../../nets/unet/unetConfig.ts';
import { readTensor } from '../../weights/readTensor.ts';
import { stableDiffusionToRgb } from '../latentToRgb.ts';

/** Puts together what a model says about itself: its manifest, its configurations, and the α its layers learned. */
export async function describeModel(
  files: ModelFiles,
  networks: NetworkSet<Networks>,
  form: { layout: string; padToken: string | undefined },
): Promise<ModelDescription> {
  const { manifest, folder, scheduler } = files;
  const config = networks.config('unet');
  const vae = networks.config('vae_decoder');
  const { queries } = networks.config('resampler');
  const planner = networks.has('motion_planner') ? networks.config('motion_planner') : undefined;
  if (manifest.image.tokensPerFrame !== queries) {
    throw new StudioError(
      'model-mismatch',
      `${folder}: the description says ${manifest.image.tokensPerFrame} image tokens per frame and the resampler makes ${queries}.`,
    );
  }
  if (config.subjectPatch > 0 && scheduler.prediction_type !== 'sample') {
    throw new StudioError(
      'model-mismatch',
      `${folder}: its UNet lays the subject over its prediction ("subject_patch"), which only makes sense where the scheduler's "prediction_type" is "sample", not "${scheduler.prediction_type}".`,
    );
  }
  if (config.subjectPatch > 0 && config.subjectPatch !== vae.factor) {
    throw new StudioError(
      'model-mismatch',
      `${folder}: its UNet lays the subject over cells of ${config.subjectPatch} pixels ("subject_patch"), its VAE's have ${vae.factor}.`,
    );
  }
  return {
    layout: form.layout,
    folder,
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
      tokenizerFolder: files.tokenizerFolder,
      padToken: form.padToken,
    },
    image: {
      size: networks.config('image_encoder').imageSize,
      mean: manifest.image.mean,
      std: manifest.image.std,
      colourOrder: manifest.image.colourOrder,
      resample: manifest.image.resample,
      tokensPerFrame: manifest.image.tokensPerFrame,
    },
    otherFrames: manifest.subject.otherFrames,
    // A subject that every frame is shown makes windows equals; those that show the first alone go on from one another.
    longClips: manifest.subject.otherFrames === 'planned' ? 'together' : 'oneByOne',
    motion: planner && { waypoints: planner.waypoints, spread: planner.spread, extents: planner.extents },
    hfa: manifest.hfa,
    guidance: manifest.guidance,
    noiseAlpha: manifest.noiseAlpha,
    steps: manifest.steps,
    student:
      networks.has('unet_student') && manifest.student
        ? {
            steps: manifest.student.steps,
            guidanceDistilled: manifest.student.guidanceDistilled,
            layers: await readAlphas(networks, 'unet_student'),
          }
        : undefined,
    vae: {
      latentChannels: vae.latentChannels,
      scalingFactor: vae.scalingFactor,
      factor: vae.factor,
      ownCells: vae.patchHead ? vae.factor : 0,
    },
    unet: {
      inChannels: config.inChannels,
      takesMask: config.subjectPatch > 0,
      outChannels: config.outChannels,
      contextWidth: config.contextWidth,
      layers: await readAlphas(networks, 'unet'),
      sizeMultiple: 2 ** (config.down.length - 1),
    },
    scheduler,
    hasPreviewDecoder: networks.has('preview_decoder'),
    ground: manifest.ground,
    latentToRgb: manifest.latentToRgb ?? stableDiffusionToRgb,
  };
}

/** The two learned scalars of every cross-attention layer, in the order of the UNet's α inputs. */
async function readAlphas(
  networks: NetworkSet<Networks>,
  name: 'unet' | 'unet_student',
): Promise<readonly AlphaLayer[]> {
  const { weights } = networks.get(name);
  const read = async (key: string): Promise<number> => {
    const tensor = weights.tensor(key);
    const value = tensor ? (await readTensor(tensor))[0] : undefined;
    if (value === undefined || !Number.isFinite(value))
      throw new StudioError('weights-not-finite', `${weights.label}: ${key} is no finite number.`);
    return value;
  };
  return Promise.all(
    crossAttentionLayers(networks.config(name)).map(async ({ name }) => {
      const keys = alphaKeys(name);
      return { name, text: await read(keys.text), image: await read(keys.image) };
    }),
  );
}
