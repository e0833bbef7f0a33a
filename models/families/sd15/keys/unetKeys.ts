import type { TensorIndex } from '../../../weights/storedTensor.ts';
import { type KeyMap, renameKeys, replaceStart } from './renameKeys.ts';

/** Where a UNet's keys begin in the files people have; the last is a file of a UNet alone. */
const prefixes = ['model.diffusion_model.', 'diffusion_model.', 'unet.', ''] as const;

const outerParts = [
  ['time_embed.0', 'time_embedding.linear_1'],
  ['time_embed.2', 'time_embedding.linear_2'],
  ['out.0', 'conv_norm_out'],
  ['out.2', 'conv_out'],
] as const;

const residualParts = [
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
] as const;

/** The prefix of a file's UNet in LDM names (`input_blocks.…`), or undefined where there is none. */
export function ldmUnetPrefix(index: TensorIndex): string | undefined {
  return prefixes.find((prefix) => index.has(`${prefix}input_blocks.0.0.weight`));
}

/** The prefix of a file's UNet in diffusers' names, or undefined where there is none. */
export function diffusersUnetPrefix(index: TensorIndex): string | undefined {
  return prefixes.find(
    (prefix) => index.has(`${prefix}down_blocks.0.resnets.0.conv1.weight`) && index.has(`${prefix}conv_in.weight`),
  );
}

/** A file's UNet in diffusers' names, whichever it has; undefined where the file holds none. */
export function unetTensors(index: TensorIndex): TensorIndex | undefined {
  const ldm = ldmUnetPrefix(index);
  if (ldm !== undefined) return renameKeys(index, ldmUnetMap(index, ldm));
  const diffusers = diffusersUnetPrefix(index);
  if (diffusers === undefined) return undefined;
  return renameKeys(index, (key) => (key.startsWith(diffusers) ? key.slice(diffusers.length) : undefined));
}

/**
 * LDM's numbering to diffusers': input block i is layer (i − 1) mod (n + 1) of level (i − 1) div (n + 1), the last of a level
 * being its halving; output block i is layer i mod (n + 1) of level i div (n + 1). n layers per level, told by the first
 * halving.
 */
function ldmUnetMap(index: TensorIndex, prefix: string): KeyMap {
  let layers = 2;
  for (let block = 1; block < 12; block++)
    if (index.has(`${prefix}input_blocks.${block}.0.op.weight`)) {
      layers = block - 1;
      break;
    }
  return (key) => (key.startsWith(prefix) ? ldmUnetKey(key.slice(prefix.length), layers) : undefined);
}

/** The diffusers name of one LDM UNet key without prefix, for `layers` residual blocks per level. */
export function ldmUnetKey(key: string, layers = 2): string | undefined {
  const outer = replaceStart(key, outerParts);
  if (outer) return outer;
  const first = /^input_blocks\.0\.0\.(.+)$/.exec(key);
  if (first) return `conv_in.${first[1]}`;
  const middle = /^middle_block\.(\d)\.(.+)$/.exec(key);
  if (middle) {
    const rest = middle[2] ?? '';
    if (middle[1] === '1') return `mid_block.attentions.0.${rest}`;
    const part = replaceStart(rest, residualParts);
    return part && `mid_block.resnets.${middle[1] === '0' ? 0 : 1}.${part}`;
  }
  const [, side, number = '', slot, rest = ''] = /^(input|output)_blocks\.(\d+)\.(\d)\.(.+)$/.exec(key) ?? [];
  if (side === 'input') return inputKey(Number(number) - 1, slot ?? '', rest, layers);
  if (side === 'output') return outputKey(Number(number), slot ?? '', rest, layers);
  return undefined;
}

function inputKey(position: number, slot: string, rest: string, layers: number): string | undefined {
  const level = Math.floor(position / (layers + 1));
  const layer = position % (layers + 1);
  if (layer === layers)
    return rest.startsWith('op.') ? `down_blocks.${level}.downsamplers.0.conv.${rest.slice(3)}` : undefined;
  if (slot === '1') return `down_blocks.${level}.attentions.${layer}.${rest}`;
  const part = replaceStart(rest, residualParts);
  return part && `down_blocks.${level}.resnets.${layer}.${part}`;
}

function outputKey(position: number, slot: string, rest: string, layers: number): string | undefined {
  const level = Math.floor(position / (layers + 1));
  const layer = position % (layers + 1);
  // The enlarging convolution stands behind the attention where there is one, and in its place where there is none.
  if (rest.startsWith('conv.')) return `up_blocks.${level}.upsamplers.0.${rest}`;
  if (slot === '1') return `up_blocks.${level}.attentions.${layer}.${rest}`;
  const part = replaceStart(rest, residualParts);
  return part && `up_blocks.${level}.resnets.${layer}.${part}`;
}
