import { statSync } from 'node:fs';
import { readCheckpoint } from './checkpoint.ts';
import { findNotFinite } from './finiteness.ts';
import { fileError } from './openFile.ts';
import type { StoredTensor, TensorIndex } from './storedTensor.ts';

/** What a weight file is, in plain words. */
export interface FileInspection {
  readonly path: string;
  /** One sentence: what the file is. */
  readonly what: string;
  /** One sentence: what it needs beside it to be of use here; absent where it is complete in itself. */
  readonly needs: string | undefined;
  readonly tensors: number;
  readonly parameters: number;
  readonly sizeBytes: number;
  /** Element types found, with how many tensors have each. */
  readonly elementTypes: Readonly<Record<string, number>>;
  /** Key of a weight that is not finite, where there is one. */
  readonly notFinite: string | undefined;
}

interface Signature {
  /** Keys of which each must match at least one key of the file. */
  readonly keys: readonly RegExp[];
  readonly what: string;
  readonly needs?: string;
}

/** Kinds of weight files by the keys they hold, most telling first. */
const signatures: readonly Signature[] = [
  {
    keys: [/^unet\..*temp_attn/, /^enclip_projector\./],
    what: 'the combined MagDiff checkpoint of the release (video UNet and image projector)',
    needs:
      'It needs a stable-diffusion-2-1-base folder beside it, and the OpenCLIP ViT-H/14 image encoder in a folder image_encoder.',
  },
  {
    keys: [/attn2\.to_k_ip\.weight$/, /temp_attn/],
    what: 'a MagDiff video UNet',
    needs: 'It belongs into the folder unet of a model, with its config.json.',
  },
  {
    keys: [/^unet\./],
    what: 'a combined checkpoint with a UNet',
    needs: 'It lacks the image projector (keys beginning with enclip_projector.) of a MagDiff release.',
  },
  {
    keys: [/motion_modules\./],
    what: 'an AnimateDiff motion module',
    needs: 'Only MagDiff models can be run; motion modules are for Stable Diffusion 1.5 video models.',
  },
  {
    keys: [/^(ip_adapter|image_proj)\./],
    what: 'an IP-Adapter',
    needs: 'Only MagDiff models can be run; an adapter needs the model it was made for.',
  },
  {
    keys: [/lora_(down|up|A|B)\b|\.lora\./],
    what: 'a LoRA',
    needs: 'A LoRA changes a model and is none by itself; merge it into its model first.',
  },
  {
    keys: [/^model\.diffusion_model\./],
    what: 'a Stable Diffusion checkpoint in its original single-file form',
    needs: 'Convert it to the diffusers folder form; MagDiff needs a MagDiff.pth beside that.',
  },
  {
    keys: [/^down_blocks\.\d+\.attentions/, /^conv_in\.weight$/],
    what: 'a Stable Diffusion picture UNet',
    needs: 'It makes pictures, not videos: MagDiff needs its own UNet or MagDiff.pth.',
  },
  {
    keys: [/^decoder\.up_blocks/, /^encoder\.down_blocks/],
    what: 'a Stable Diffusion VAE (AutoencoderKL)',
    needs: 'It belongs into the folder vae of a model, with its config.json.',
  },
  {
    keys: [/^decoder\.layers\.\d+\.conv/],
    what: 'a small TAESD-form decoder',
    needs: 'It belongs into the folder preview_decoder of a model, with its config.json.',
  },
  {
    keys: [/^visual\.conv1\.weight$/],
    what: 'an OpenCLIP model',
    needs: 'Its vision tower belongs into the folder image_encoder of a model.',
  },
  {
    keys: [/(vision_model\.|^)embeddings\.patch_embedding/],
    what: 'a CLIP vision tower',
    needs: 'It belongs into the folder image_encoder of a model, with its config.json.',
  },
  {
    keys: [/(text_model\.|^)embeddings\.token_embedding/],
    what: 'a CLIP text encoder',
    needs: 'It belongs into the folder text_encoder of a model, with its config.json.',
  },
  {
    keys: [/^latents$/, /^proj_in\.weight$/, /^layers\.\d+\.0\.to_kv/],
    what: 'a perceiver resampler (image projector)',
    needs: 'It belongs into the folder resampler of a model, with its config.json.',
  },
  {
    keys: [/^conv_in\.weight$/, /^conv_out\.weight$/],
    what: 'an HFA pyramid',
    needs: 'It belongs into the folder hfa_pyramid of a model, with its config.json.',
  },
];

/** Says what a weight file is. Reads headers, and every number once where `deep`, to find those that are not finite. */
export async function inspectFile(path: string, options: { deep?: boolean } = {}): Promise<FileInspection> {
  let sizeBytes: number;
  try {
    sizeBytes = statSync(path).size;
  } catch (cause) {
    throw fileError(path, cause);
  }
  const index = await readCheckpoint(path);
  const kind = recognise(index);
  const elementTypes: Record<string, number> = {};
  for (const { dtype } of index.values()) elementTypes[dtype] = (elementTypes[dtype] ?? 0) + 1;
  return {
    path,
    what: kind?.what ?? 'a weight file of a kind this program does not know',
    needs: kind ? kind.needs : undefined,
    tensors: index.size,
    parameters: countParameters(index),
    sizeBytes,
    elementTypes,
    notFinite: options.deep === false ? undefined : await findNotFinite(index),
  };
}

function recognise(index: TensorIndex): Signature | undefined {
  const keys = [...index.keys()];
  return signatures.find((signature) => signature.keys.every((pattern) => keys.some((key) => pattern.test(key))));
}

const countParameters = (index: TensorIndex): number =>
  [...index.values()].reduce((sum, tensor) => sum + countElements(tensor), 0);

const countElements = ({ shape }: StoredTensor): number => shape.reduce((product, size) => product * size, 1);
