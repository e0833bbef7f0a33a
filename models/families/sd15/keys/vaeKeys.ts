import type { TensorIndex } from '../../../weights/storedTensor.ts';
import { renameKeys, replaceStart } from './renameKeys.ts';

/** Where a VAE's keys begin in the files people have; the last is a file of a VAE alone. */
const prefixes = ['first_stage_model.', 'vae.', ''] as const;

const attentionParts = [
  ['norm', 'group_norm'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out.0'],
] as const;

/** A file's VAE in diffusers' names, whichever it has; undefined where the file holds none. */
export function vaeTensors(index: TensorIndex): TensorIndex | undefined {
  const ldm = prefixes.find((prefix) => index.has(`${prefix}decoder.up.0.block.0.norm1.weight`));
  if (ldm !== undefined) {
    const levels = countLevels(index, `${ldm}decoder.up.`);
    return renameKeys(index, (key) => (key.startsWith(ldm) ? ldmVaeKey(key.slice(ldm.length), levels) : undefined));
  }
  const diffusers = prefixes.find((prefix) => index.has(`${prefix}decoder.up_blocks.0.resnets.0.norm1.weight`));
  if (diffusers === undefined) return undefined;
  return renameKeys(index, (key) =>
    key.startsWith(diffusers) && /^(encoder|decoder|quant_conv|post_quant_conv)\./.test(key.slice(diffusers.length))
      ? key.slice(diffusers.length)
      : undefined,
  );
}

function countLevels(index: TensorIndex, prefix: string): number {
  let levels = 0;
  while (index.has(`${prefix}${levels}.block.0.norm1.weight`)) levels++;
  return levels;
}

/** The diffusers name of one LDM VAE key without prefix; `levels` because the decoder counts them the other way round. */
export function ldmVaeKey(key: string, levels = 4): string | undefined {
  if (/^(quant_conv|post_quant_conv|(encoder|decoder)\.conv_(in|out))\./.test(key)) return key;
  const [, side, rest = ''] = /^(encoder|decoder)\.(.+)$/.exec(key) ?? [];
  if (!side) return undefined;
  if (rest.startsWith('norm_out.')) return `${side}.conv_${rest}`;
  const middle = /^mid\.(block_([12])|attn_1)\.(.+)$/.exec(rest);
  if (middle) {
    if (middle[2]) return `${side}.mid_block.resnets.${Number(middle[2]) - 1}.${shortcut(middle[3] ?? '')}`;
    const part = replaceStart(middle[3] ?? '', attentionParts);
    return part && `${side}.mid_block.attentions.0.${part}`;
  }
  const [, way, number, part = ''] = /^(down|up)\.(\d+)\.(.+)$/.exec(rest) ?? [];
  if (!way) return undefined;
  const level = way === 'down' ? Number(number) : levels - 1 - Number(number);
  const block = /^block\.(\d+)\.(.+)$/.exec(part);
  if (block) return `${side}.${way}_blocks.${level}.resnets.${block[1]}.${shortcut(block[2] ?? '')}`;
  const sampler = /^(downsample|upsample)\.(conv\..+)$/.exec(part);
  return sampler ? `${side}.${way}_blocks.${level}.${sampler[1]}rs.0.${sampler[2]}` : undefined;
}

const shortcut = (part: string): string => part.replace(/^nin_shortcut\./, 'conv_shortcut.');
