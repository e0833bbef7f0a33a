/** Opens the files a Stable Diffusion 1.5 set consists of: who has which weights, under the networks' own names. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StudioError } from '../../errors/studioError.ts';
import { type AutoencoderConfig, parseAutoencoderConfig } from '../../nets/autoencoder.ts';
import { type ClipTextConfig, parseClipTextConfig } from '../../nets/clip/clipText.ts';
import { type ClipVisionConfig, parseClipVisionConfig } from '../../nets/clip/clipVision.ts';
import type { MotionConfig } from '../../nets/sd15/motionModule.ts';
import { parseTinyDecoderConfig, type TinyDecoderConfig } from '../../nets/tinyDecoder.ts';
import { parseUnetConfig, type UnetConfig } from '../../nets/unet/unetConfig.ts';
import { findWeightFile, readCheckpoint, readJson } from '../../weights/checkpoint.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';
import { adapterTensors } from './keys/adapterKeys.ts';
import { clipTextTensors, clipVisionTensors } from './keys/clipKeys.ts';
import { textConfigOfKeys, unetConfigOfKeys, vaeConfigOfKeys, visionConfigOfKeys } from './keys/configOfKeys.ts';
import { tinyDecoderTensors } from './keys/tinyDecoderKeys.ts';
import { unetTensors } from './keys/unetKeys.ts';
import { vaeTensors } from './keys/vaeKeys.ts';
import type { LoraWeights } from './lora/loraWeights.ts';
import { type LoraFile, type LoraFit, openLoras } from './lora/openLoras.ts';
import { type MotionReading, openMotion } from './openMotion.ts';
import { openProjector, type Projector } from './openProjector.ts';
import { isFolder, weightFileOf } from './weightFiles.ts';

/** The files of a set, each a file or a diffusers folder. What `base` does not hold comes from files of its own. */
export interface SetFiles {
  readonly base: string;
  readonly vae?: string | undefined;
  readonly textEncoder?: string | undefined;
  readonly previewDecoder?: string | undefined;
  readonly motion?: string | undefined;
  readonly imageAdapter?: string | undefined;
  readonly imageEncoder?: string | undefined;
  readonly loras?: readonly LoraFile[] | undefined;
  /** Whose reading of the motion module's and residual blocks' group norms; absent: the original's, by the module's version. */
  readonly norms?: MotionReading | undefined;
}

/** A network of a set: its configuration, as JSON and read, and its weights with the set's LoRAs laid over them. */
export interface SetPart<Config, Weights extends KeyedWeights = KeyedWeights> {
  readonly config: Config;
  readonly json: unknown;
  readonly label: string;
  readonly weights: Weights;
}

/** Every network of a set. The image adapter's layers are part of the UNet's weights. */
export interface SetParts {
  readonly unet: SetPart<UnetConfig, LoraWeights>;
  readonly motion: MotionConfig | undefined;
  readonly motionJson: unknown;
  readonly text: SetPart<ClipTextConfig, LoraWeights>;
  readonly vae: SetPart<AutoencoderConfig>;
  readonly preview: SetPart<TinyDecoderConfig> | undefined;
  readonly vision: SetPart<ClipVisionConfig> | undefined;
  readonly projector: Projector | undefined;
  readonly loras: readonly LoraFit[];
}

/** Opens a set, reading headers alone. Throws StudioError naming the file at fault and what to add or choose instead. */
export async function openParts(files: SetFiles): Promise<SetParts> {
  const base = await openBase(files.base);
  const unetIndex = base.unet?.tensors;
  if (!base.unet || !unetIndex)
    throw new StudioError('model-mismatch', `${files.base} holds no Stable Diffusion UNet.`, {
      hint: 'Choose a Stable Diffusion 1.5 checkpoint (one file, or a diffusers folder) as the base.',
    });
  const config = parseUnetConfig(base.unet.config, base.unet.label);
  const text = files.textEncoder ? await openOther(files.textEncoder, 'text_encoder', textPart) : base.text;
  if (!text) throw missingPart(files.base, 'text encoder', '--text-encoder');
  const vae = files.vae ? await openOther(files.vae, 'vae', vaePart) : base.vae;
  if (!vae) throw missingPart(files.base, 'VAE', '--vae');
  const motion = files.motion ? await openMotion(files.motion, config, files.norms) : undefined;
  const adapterIndex = files.imageAdapter ? await readCheckpoint(weightFileOf(files.imageAdapter)) : undefined;
  const adapter = adapterIndex && adapterTensors(adapterIndex, config);
  if (files.imageAdapter && !adapter)
    throw new StudioError('model-mismatch', `${files.imageAdapter} is no IP-Adapter for this base.`, {
      hint: 'Choose an IP-Adapter made for Stable Diffusion 1.5, such as ip-adapter_sd15 or ip-adapter-plus_sd15.',
    });
  const layers = [
    { index: unetIndex },
    ...(motion ? [{ index: motion.tensors }] : []),
    ...(adapter ? [{ index: adapter.layers }] : []),
  ];
  const loras = await openLoras(files.loras ?? [], {
    unet: { label: base.unet.label, layers },
    text: { label: text.label, layers: [{ index: text.tensors }] },
  });
  const vision = files.imageEncoder ? await openVision(files.imageEncoder) : undefined;
  const projector =
    adapter && files.imageAdapter ? openProjector(files.imageAdapter, adapter.projector, config) : undefined;
  if (vision && projector) requirePair(projector, vision);
  const preview = files.previewDecoder ? await openFound(files.previewDecoder, previewPart) : undefined;
  return {
    unet: { config, json: base.unet.config, label: base.unet.label, weights: loras.unet },
    motion: motion?.config,
    motionJson: motion?.json,
    text: {
      config: parseClipTextConfig(text.config, text.label),
      json: text.config,
      label: text.label,
      weights: loras.text,
    },
    vae: plainPart(parseAutoencoderConfig(vae.config, vae.label), vae),
    preview: preview && plainPart(parseTinyDecoderConfig(preview.config, preview.label), preview),
    vision,
    projector,
    loras: loras.fits,
  };
}

/** A part as a file holds it: its tensors under the network's names, and its configuration as JSON. */
interface FoundPart {
  readonly label: string;
  readonly tensors: TensorIndex;
  readonly config: unknown;
}

function plainPart<Config>(config: Config, { label, tensors, config: json }: FoundPart): SetPart<Config> {
  return { config, json, label, weights: new KeyedWeights(label, [{ index: tensors }]) };
}

type PartFinder = (index: TensorIndex) => { tensors: TensorIndex; config: unknown } | undefined;

const unetPart: PartFinder = (index) => {
  const tensors = unetTensors(index);
  return tensors && { tensors, config: unetConfigOfKeys(tensors) };
};

const textPart: PartFinder = (index) => {
  const tensors = clipTextTensors(index);
  return tensors && { tensors, config: textConfigOfKeys(tensors) };
};

const vaePart: PartFinder = (index) => {
  const tensors = vaeTensors(index);
  return tensors && { tensors, config: vaeConfigOfKeys(tensors) };
};

const previewPart: PartFinder = (index) => {
  const tensors = tinyDecoderTensors(index);
  // All published ones have the sizes that AutoencoderTiny has unless told otherwise.
  return tensors && { tensors, config: {} };
};

async function openBase(path: string): Promise<Partial<Record<'unet' | 'text' | 'vae', FoundPart>>> {
  if (isFolder(path)) {
    const part = async (name: string, find: PartFinder): Promise<FoundPart | undefined> => {
      const folder = join(path, name);
      return findWeightFile(folder) === undefined ? undefined : openFound(folder, find);
    };
    return withoutAbsent({
      unet: await part('unet', unetPart),
      text: await part('text_encoder', textPart),
      vae: await part('vae', vaePart),
    });
  }
  const index = await readCheckpoint(path);
  const found = (find: PartFinder): FoundPart | undefined => {
    const part = find(index);
    return part && { label: path, ...part };
  };
  return withoutAbsent({ unet: found(unetPart), text: found(textPart), vae: found(vaePart) });
}

/** A part from a file or folder of its own; `name` is the sub-folder it has in a whole model's folder. */
async function openOther(path: string, name: string, find: PartFinder): Promise<FoundPart | undefined> {
  const inner = isFolder(path) ? findWeightFile(join(path, name)) : undefined;
  return openFound(inner === undefined ? path : join(path, name), find);
}

/** The weights of a file, or of a folder with its config.json. */
async function openFound(path: string, find: PartFinder): Promise<FoundPart> {
  const file = weightFileOf(path);
  const part = find(await readCheckpoint(file));
  if (!part)
    throw new StudioError('model-mismatch', `${file} does not hold what it is chosen for.`, {
      hint: '`magdiff models inspect` says what a file is.',
    });
  const config = isFolder(path) ? await folderConfig(path) : undefined;
  return { label: file, tensors: part.tensors, config: config ?? part.config };
}

async function folderConfig(folder: string): Promise<unknown> {
  const path = join(folder, 'config.json');
  try {
    statSync(path);
  } catch {
    return undefined;
  }
  return readJson(path);
}

async function openVision(path: string): Promise<SetPart<ClipVisionConfig>> {
  const folder = isFolder(path) && findWeightFile(join(path, 'image_encoder')) ? join(path, 'image_encoder') : path;
  const file = weightFileOf(folder);
  const found = clipVisionTensors(await readCheckpoint(file));
  if (!found)
    throw new StudioError('model-mismatch', `${file} is no CLIP image encoder.`, {
      hint: 'IP-Adapters for Stable Diffusion 1.5 go with the CLIP ViT-H/14 image encoder.',
    });
  const described = isFolder(folder) ? await folderConfig(folder) : undefined;
  const json = described ?? visionConfigOfKeys(found.tensors, found.naming);
  const config = parseClipVisionConfig(json, file, found.naming);
  return { config, json, label: file, weights: new KeyedWeights(file, [{ index: found.tensors }]) };
}

/** The encoder has to give what the adapter was trained on. */
function requirePair(projector: Projector, { config, label }: SetPart<ClipVisionConfig>): void {
  const given = projector.kind === 'plus' ? config.width : config.projectionWidth;
  if (given === projector.inputWidth) return;
  throw new StudioError(
    'model-mismatch',
    `${projector.weights.label} takes ${projector.inputWidth} numbers of a picture, and ${label} gives ${given}: they do not go together.`,
    {
      hint: 'Most IP-Adapters for Stable Diffusion 1.5 go with CLIP ViT-H/14; those called vit-G with CLIP ViT-bigG/14.',
    },
  );
}

function missingPart(base: string, what: string, option: string): StudioError {
  return new StudioError('model-incomplete', `${basename(base)} comes without a ${what}.`, {
    hint: `Add the ${what} of any Stable Diffusion 1.5 model with ${option}.`,
  });
}

function withoutAbsent<T>(parts: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(parts).filter((entry): entry is [string, T] => entry[1] !== undefined));
}
