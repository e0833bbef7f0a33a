import type { TensorIndex } from '../../../weights/storedTensor.ts';
import { renameKeys } from './renameKeys.ts';

/**
 * A TAESD-form decoder's tensors under diffusers' names (`decoder.layers.N…`): from an AutoencoderTiny, whose encoder is left out, or from
 * TAESD's own file, which counts the clamp before the first convolution as a layer. Undefined where the file holds none.
 */
export function tinyDecoderTensors(index: TensorIndex): TensorIndex | undefined {
  const isDiffusers = index.has('decoder.layers.0.weight');
  const renamed = renameKeys(index, (key) => {
    if (isDiffusers) return key.startsWith('decoder.layers.') ? key : undefined;
    const [, layer, rest] = /^(?:taesd_decoder\.)?(\d+)\.(.+)$/.exec(key) ?? [];
    return rest === undefined ? undefined : `decoder.layers.${Number(layer) - 1}.${rest}`;
  });
  return renamed.has('decoder.layers.0.weight') ? renamed : undefined;
}
