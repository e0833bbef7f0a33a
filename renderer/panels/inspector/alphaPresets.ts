import type { TakeSettings } from '../../../electron/contract/takeSettings.ts';

/** Factors on one layer's two weights. */
export type LayerFactors = TakeSettings['alpha']['layers'][number];

/** Names of the presets, in the order of the menu. */
export const alphaPresetNames = ['even', 'style', 'composition', 'easeIn', 'easeOut'] as const;

/** One of {@link alphaPresetNames}. */
export type AlphaPresetName = (typeof alphaPresetNames)[number];

/**
 * The factors of a preset for layers in the order of the network, which is what they say: `style` leaves the picture to the layers that
 * draw (up), `composition` to those that lay out (down and middle); `easeIn` and `easeOut` let it grow or fade from the first layer to
 * the last. Text stays as it is.
 */
export function alphaPreset(name: AlphaPresetName, layers: readonly { readonly name: string }[]): LayerFactors[] {
  const last = Math.max(1, layers.length - 1);
  const factor = (layer: string, index: number): number => {
    const isUp = layer.startsWith('up_blocks');
    switch (name) {
      case 'even':
        return 1;
      case 'style':
        return isUp ? 1 : 0;
      case 'composition':
        return isUp ? 0 : 1;
      case 'easeIn':
        return Math.round((index / last) * 100) / 100;
      case 'easeOut':
        return Math.round((1 - index / last) * 100) / 100;
    }
  };
  return name === 'even'
    ? []
    : layers.map((layer, index) => ({ layers: layer.name, text: 1, image: factor(layer.name, index) }));
}

/** The factors with one layer's changed; a layer at 1 and 1 is left out. */
export function withLayerFactor(
  factors: readonly LayerFactors[],
  layer: string,
  change: Partial<Pick<LayerFactors, 'text' | 'image'>>,
): LayerFactors[] {
  const changed = { ...factorsOf(factors, layer), ...change, layers: layer };
  const others = factors.filter((each) => each.layers !== layer);
  return changed.text === 1 && changed.image === 1 ? others : [...others, changed];
}

/** A layer's own factors. */
export function factorsOf(factors: readonly LayerFactors[], layer: string): { text: number; image: number } {
  return factors.find((each) => each.layers === layer) ?? { text: 1, image: 1 };
}

/** A module path as a person reads it: `up_blocks.1.attentions.0.transformer_blocks.0.attn2` is “Up 2, 1”. */
export function layerTitle(name: string): { place: 'down' | 'mid' | 'up'; block: number; layer: number } {
  const [, place = 'mid', block = '0'] = /^(down|mid|up)_blocks?(?:\.(\d+))?/.exec(name) ?? [];
  const [, layer = '0'] = /attentions\.(\d+)/.exec(name) ?? [];
  return {
    place: place === 'down' || place === 'up' ? place : 'mid',
    block: Number(block) + 1,
    layer: Number(layer) + 1,
  };
}
