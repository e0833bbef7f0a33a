/** The names LoRA files give their tensors, in every dialect that is about. */

/** What a tensor of a LoRA is to the module it changes. */
export type LoraRole =
  | 'up'
  | 'down'
  | 'mid'
  | 'alpha'
  | 'dora_scale'
  | `hada_${'w1_a' | 'w1_b' | 'w2_a' | 'w2_b' | 't1' | 't2'}`
  | `lokr_${'w1' | 'w1_a' | 'w1_b' | 'w2' | 'w2_a' | 'w2_b' | 't2'}`
  | 'diff'
  | 'diff_b';

/** One key of a LoRA file taken apart. */
export interface LoraKey {
  /** The module's name as the file writes it, with neither the tensor's role nor the tower's prefix. */
  readonly module: string;
  readonly role: LoraRole;
  /** Which network the prefix names; absent where the file does not say. */
  readonly tower: 'unet' | 'text' | 'text2' | undefined;
}

/** Endings that say a tensor's role, and how each is called here. */
const endings: readonly (readonly [RegExp, LoraRole | undefined])[] = [
  [/\.lora_down\.weight$/, 'down'],
  [/\.lora_up\.weight$/, 'up'],
  [/\.lora_mid\.weight$/, 'mid'],
  [/\.lora_A(\.default)?(\.weight)?$/, 'down'],
  [/\.lora_B(\.default)?(\.weight)?$/, 'up'],
  [/\.lora(_linear_layer)?\.down\.weight$/, 'down'],
  [/\.lora(_linear_layer)?\.up\.weight$/, 'up'],
  [/_lora\.down\.weight$/, 'down'],
  [/_lora\.up\.weight$/, 'up'],
  [/\.alpha$/, 'alpha'],
  [/\.(dora_scale|lora_magnitude_vector(\.default)?(\.weight)?)$/, 'dora_scale'],
  [/\.(hada_(w[12]_[ab]|t[12])|lokr_(w[12](_[ab])?|t2))$/, undefined],
  [/\.(diff|w_norm)$/, 'diff'],
  [/\.(diff_b|b_norm)$/, 'diff_b'],
];

/** Prefixes in front of a module's name, longest first, and the network each names. */
const towers: readonly (readonly [RegExp, LoraKey['tower']])[] = [
  [/^(lora|lycoris)_unet_/, 'unet'],
  [/^lora_te2_/, 'text2'],
  [/^(lora|lycoris)_te1?_/, 'text'],
  [/^text_encoder_2\./, 'text2'],
  [/^text_encoder\./, 'text'],
  [/^unet\./, 'unet'],
  [/^(model\.)?diffusion_model\./, 'unet'],
  [/^lycoris_/, undefined],
];

/** Takes a key apart; undefined where it is no part of a LoRA this program can apply. */
export function parseLoraKey(key: string): LoraKey | undefined {
  for (const [pattern, known] of endings) {
    const found = pattern.exec(key);
    if (!found) continue;
    const role = known ?? roleOf(found[1] ?? '');
    const stem = key.slice(0, found.index).replace(/^base_model\.model\./, '');
    const tower = towers.find(([prefix]) => prefix.test(stem));
    const module = (tower ? stem.replace(tower[0], '') : stem)
      .replace('.processor.', '.')
      .replace(/\.to_out$/, '.to_out.0');
    return role && module ? { module, role, tower: tower?.[1] } : undefined;
  }
  return undefined;
}

const productRoles: readonly LoraRole[] = [
  'hada_w1_a',
  'hada_w1_b',
  'hada_w2_a',
  'hada_w2_b',
  'hada_t1',
  'hada_t2',
  'lokr_w1',
  'lokr_w1_a',
  'lokr_w1_b',
  'lokr_w2',
  'lokr_w2_a',
  'lokr_w2_b',
  'lokr_t2',
];

const roleOf = (text: string): LoraRole | undefined => productRoles.find((role) => role === text);
