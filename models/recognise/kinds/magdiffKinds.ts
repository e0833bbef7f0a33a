import { findKey, type Recogniser } from '../recognition.ts';

/** Files of the MagDiff families: the release's combined checkpoint and the parts of a model folder. */
const signatures: readonly {
  readonly keys: readonly RegExp[];
  /** Tensors it has at most, where few keys say little. */
  readonly most?: number;
  readonly what: string;
  readonly needs: string;
}[] = [
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
    keys: [/^latents$/, /^proj_in\.weight$/, /^layers\.\d+\.0\.to_kv/],
    what: 'a perceiver resampler (image projector)',
    needs: 'It belongs into the folder resampler of a model, with its config.json.',
  },
  {
    keys: [/^conv_in\.weight$/, /^conv_out\.weight$/],
    most: 4,
    what: 'an HFA pyramid',
    needs: 'It belongs into the folder hfa_pyramid of a model, with its config.json.',
  },
];

/** Recognises what belongs to a MagDiff model. */
export const recogniseMagdiff: Recogniser = (header) => {
  const found = signatures.find(
    ({ keys, most }) =>
      header.tensors.size <= (most ?? header.tensors.size) &&
      keys.every((pattern) => findKey(header, pattern) !== undefined),
  );
  return found && { role: 'magdiff', base: undefined, what: found.what, needs: found.needs, usable: false };
};
