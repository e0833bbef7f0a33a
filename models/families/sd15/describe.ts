import type { AlphaLayer, ModelDescription } from '../../model/description.ts';
import type { ModelFiles } from '../../model/family.ts';
import type { Networks } from '../../model/networks.ts';
import type { NetworkSet } from '../../model/networkTable.ts';
import { crossAttentionLayers } from '../../nets/unet/unetConfig.ts';
import { stableDiffusionToRgb } from '../latentToRgb.ts';
import { readScheduler } from '../partFolder.ts';
import { plannerFolder, readSet } from './setFile.ts';

/** Puts together what a set says about itself. α of the text is 1 in every layer, α of the image the adapter's scale. */
export async function describeSet(files: ModelFiles, networks: NetworkSet<Networks>): Promise<ModelDescription> {
  const { folder, manifest, scheduler } = files;
  const { unet, motion } = networks.config('picture_unet');
  const vae = networks.config('vae_decoder');
  const set = await readSet(folder);
  const hasAdapter = networks.has('adapter_projector');
  const planner = networks.has('motion_planner') ? networks.config('motion_planner') : undefined;
  const layers: AlphaLayer[] = crossAttentionLayers(unet).map(({ name }) => ({
    name,
    text: 1,
    image: hasAdapter ? set.imageScale : 0,
  }));
  return {
    layout: 'stable-diffusion-1.5',
    folder,
    name: manifest.name,
    title: manifest.title ?? manifest.name,
    licence: manifest.licence,
    width: manifest.width,
    height: manifest.height,
    frames: motion ? [Math.min(motion.length, Math.max(...manifest.frames))] : [1],
    framesPerSecond: manifest.framesPerSecond,
    text: {
      hiddenLayer: 'last',
      tokens: networks.config('picture_text').tokens,
      tokenizerFolder: files.tokenizerFolder,
      padToken: undefined,
    },
    image: {
      ...manifest.image,
      size: hasAdapter ? networks.config('adapter_vision').imageSize : manifest.image.size,
      tokensPerFrame: hasAdapter ? manifest.image.tokensPerFrame : 0,
    },
    // A planner that is no longer where the set says plans nothing.
    otherFrames: manifest.subject.otherFrames === 'planned' && !planner ? 'repeat' : manifest.subject.otherFrames,
    showsAllFrames: true,
    longClips: set.longClips,
    motion: planner && {
      waypoints: planner.waypoints,
      spread: planner.spread,
      extents: planner.extents,
      tokens: planner.tokens,
      scheduler: await readScheduler(plannerFolder(folder, set) ?? folder, []),
    },
    hfa: manifest.hfa,
    guidance: manifest.guidance,
    noiseAlpha: manifest.noiseAlpha,
    steps: manifest.steps,
    student: undefined,
    vae: { latentChannels: vae.latentChannels, scalingFactor: vae.scalingFactor, factor: vae.factor, ownCells: 0 },
    unet: {
      inChannels: unet.inChannels,
      takesMask: false,
      outChannels: unet.outChannels,
      contextWidth: unet.contextWidth,
      layers,
      sizeMultiple: 2 ** (unet.down.length - 1),
    },
    scheduler,
    hasPreviewDecoder: networks.has('preview_decoder'),
    latentToRgb: manifest.latentToRgb ?? stableDiffusionToRgb,
    settings: {
      subject: set.subject,
      longClips: set.longClips,
      clipSkip: set.clipSkip,
      loras: set.loras.map(({ weight }) => weight),
      norms: motion && [motion.motionNorm, motion.resnetNorm],
    },
  };
}
