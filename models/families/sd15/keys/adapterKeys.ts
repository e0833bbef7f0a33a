import type { UnetConfig } from '../../../nets/unet/unetConfig.ts';
import type { StoredTensor, TensorIndex } from '../../../weights/storedTensor.ts';

/** An IP-Adapter's two parts under the networks' names. */
export interface AdapterTensors {
  /** The projector's own keys, `image_proj.` taken off. */
  readonly projector: TensorIndex;
  /** `<layer>.to_k_ip.weight` and `<layer>.to_v_ip.weight` for every cross-attention layer found. */
  readonly layers: TensorIndex;
}

/**
 * The layer behind each odd number of `ip_adapter.N`: diffusers' order of attention processors, self-attentions counted, down,
 * up, and the middle last.
 */
export function adapterLayers(config: UnetConfig): ReadonlyMap<number, string> {
  const layers = new Map<number, string>();
  const push = (block: string, count: number): void => {
    for (let index = 0; index < count; index++)
      layers.set(2 * layers.size + 1, `${block}.attentions.${index}.transformer_blocks.0.attn2`);
  };
  for (const [index, level] of config.down.entries())
    if (level.attention) push(`down_blocks.${index}`, config.layersPerBlock);
  for (const [index, level] of config.up.entries())
    if (level.attention) push(`up_blocks.${index}`, config.layersPerBlock + 1);
  if (config.mid.attention) push('mid_block', 1);
  return layers;
}

/** Takes an IP-Adapter file apart, in its published or its training form; undefined where the file is none. */
export function adapterTensors(index: TensorIndex, config: UnetConfig): AdapterTensors | undefined {
  const places = adapterLayers(config);
  const projector = new Map<string, StoredTensor>();
  const layers = new Map<string, StoredTensor>();
  for (const [key, tensor] of index) {
    const projection = /^image_proj(?:_model)?\.(.+)$/.exec(key);
    if (projection?.[1]) projector.set(projection[1], tensor);
    const [, number, part] = /^(?:ip_adapter|adapter_modules)\.(\d+)\.(to_[kv]_ip\.weight)$/.exec(key) ?? [];
    const layer = places.get(Number(number));
    if (layer && part) layers.set(`${layer}.${part}`, tensor);
  }
  return projector.size > 0 && layers.size > 0 ? { projector, layers } : undefined;
}
