import type { TensorIndex } from '../../../weights/storedTensor.ts';
import { renameKeys } from './renameKeys.ts';

/** Where CLIP's text tower begins in the files people have, the tower's own root included or left out. */
const textPrefixes = [
  'cond_stage_model.transformer.text_model.',
  'cond_stage_model.transformer.',
  'text_encoder.text_model.',
  'text_model.',
  '',
] as const;

const visionPrefixes = ['vision_model.', 'image_encoder.vision_model.', 'image_encoder.', ''] as const;

/**
 * A file's CLIP text tower in transformers' names (`text_model.…`), some older files leaving the root out; undefined where the
 * file holds none. Position numbers, which some files keep and some keep as fractions, are left out.
 */
export function clipTextTensors(index: TensorIndex): TensorIndex | undefined {
  const prefix = textPrefixes.find((start) => index.has(`${start}embeddings.token_embedding.weight`));
  if (prefix === undefined) return undefined;
  return renameKeys(index, (key) => {
    if (!key.startsWith(prefix)) return undefined;
    const own = key.slice(prefix.length);
    return /^(embeddings\.(token|position)_embedding|encoder|final_layer_norm)\./.test(own)
      ? `text_model.${own}`
      : undefined;
  });
}

/** How a CLIP vision tower's file names its parts. */
export interface VisionTensors {
  readonly naming: 'transformers' | 'open-clip';
  readonly tensors: TensorIndex;
}

/** A file's CLIP vision tower, `vision_model.…` with `visual_projection`, or OpenCLIP's `visual.…`; undefined where there is none. */
export function clipVisionTensors(index: TensorIndex): VisionTensors | undefined {
  const prefix = visionPrefixes.find((start) => index.has(`${start}embeddings.patch_embedding.weight`));
  if (prefix !== undefined) {
    const outer = prefix.startsWith('image_encoder.') ? 'image_encoder.' : '';
    const tensors = renameKeys(index, (key) => {
      if (key === `${outer}visual_projection.weight`) return 'visual_projection.weight';
      const own = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      return /^(embeddings\.(class|patch|position)_embedding|pre_layrnorm|encoder|post_layernorm)\b/.test(own)
        ? `vision_model.${own}`
        : undefined;
    });
    return { naming: 'transformers', tensors };
  }
  const open = ['visual.', 'image_encoder.visual.', ''].find(
    (start) => index.has(`${start}transformer.resblocks.0.ln_1.weight`) && index.has(`${start}conv1.weight`),
  );
  if (open === undefined) return undefined;
  return {
    naming: 'open-clip',
    tensors: renameKeys(index, (key) => (key.startsWith(open) ? `visual.${key.slice(open.length)}` : undefined)),
  };
}
