import type { TensorIndex } from '../../../weights/storedTensor.ts';
import { renameKeys, replaceStart } from './renameKeys.ts';

const originalParts = [
  ['norms.0', 'norm1'],
  ['norms.1', 'norm2'],
  ['ff_norm', 'norm3'],
  ['attention_blocks.0', 'attn1'],
  ['attention_blocks.1', 'attn2'],
] as const;

/**
 * A motion module's tensors in diffusers' names, from AnimateDiff's own or diffusers' names, whatever stands before them:
 * `down_blocks.0.motion_modules.0.transformer_blocks.0.attn1.to_q.weight` and so on. The tables of frame positions stay where
 * a file has them (`….attn1.pos_encoder.pe`, or `….pos_embed.pe` for both attentions). Undefined where the file holds none.
 */
export function motionTensors(index: TensorIndex): TensorIndex | undefined {
  const renamed = renameKeys(index, motionKey);
  return renamed.size > 0 ? renamed : undefined;
}

/** The diffusers name of one motion module key, or undefined where it belongs to something else. */
export function motionKey(key: string): string | undefined {
  const found = /(?:^|\.)((?:(?:down|up)_blocks\.\d+|mid_block)\.motion_modules\.\d+)\.(.+)$/.exec(key);
  if (!found) return undefined;
  const [, place, part = ''] = found;
  const inner = part.replace(/^temporal_transformer\./, '');
  const block = /^(transformer_blocks\.\d+)\.(.+)$/.exec(inner);
  if (!block) return `${place}.${inner}`;
  const [, blockName, rest = ''] = block;
  return `${place}.${blockName}.${replaceStart(rest, originalParts) ?? rest}`;
}
