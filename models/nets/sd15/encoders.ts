/** CLIP's towers as Stable Diffusion 1.5 and its image adapters ask them. */
import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import { buildClipText, type ClipTextConfig, parseClipTextConfig } from '../clip/clipText.ts';
import type { ClipNaming } from '../clip/clipTransformer.ts';
import { buildClipVision, type ClipVisionConfig, parseClipVisionConfig } from '../clip/clipVision.ts';
import type { Network } from '../network.ts';

/** A text tower, and how many of its last layers are left out (the final norm is not). */
export type SkippingTextConfig = ClipTextConfig & { readonly skip: number };

/**
 * The text tower as an entry of the table of networks: tokenIds int64 (n, tokens), and where `learned`, vectors of one's own laid over
 * words → states (n, tokens, width). Its config.json may say `clip_skip`, diffusers' counting.
 */
export const skippingText: Network<SkippingTextConfig, { batch: number; learned: boolean }, string, 'states'> = {
  parse: (json, label) => {
    const skip = z
      .int()
      .min(0)
      .max(23)
      .safeParse(Reflect.get(Object(json), 'clip_skip') ?? 0);
    if (!skip.success) throw new StudioError('usage', `${label}: clip skip is a whole number from 0 to 23.`);
    return { ...parseClipTextConfig(json, label), skip: skip.data };
  },
  build: (config, { batch, learned }, dialect, source) =>
    buildClipText(config, { batch, hiddenLayer: 'last', skip: config.skip, learned }, dialect, source),
  probe: () => ({ batch: 1, learned: false }),
  ignores: ({ skip }) =>
    skip === 0 ? /position_ids$|^text_projection/ : /position_ids$|^text_projection|encoder\.layers\.\d+\./,
};

/** A vision tower, and what an adapter asks of it: the picture's embedding, or all tokens before the last layer. */
export type AdapterVisionConfig = ClipVisionConfig & { readonly answer: 'embedding' | 'tokens' };

const answers = z.object({
  adapter_answer: z.enum(['embedding', 'tokens']),
  key_naming: z.enum(['transformers', 'open-clip']).default('transformers'),
});

/**
 * The vision tower as an entry of the table of networks: pixels (n, 3, size, size), normalised → embedding (n, width) or tokens. Its
 * config.json says by `adapter_answer` which, and by `key_naming` how its file names things.
 */
export const adapterVision: Network<AdapterVisionConfig, { batch: number }, 'pixels'> = {
  parse: (json, label) => {
    const { adapter_answer: answer, key_naming: naming } = answers.parse(json);
    return { ...parseClipVisionConfig(json, label, naming satisfies ClipNaming), answer };
  },
  build: (config, { batch }, dialect, source) =>
    buildClipVision(
      config,
      { batch, hiddenLayer: config.answer === 'tokens' ? 'penultimate' : 'projected' },
      dialect,
      source,
    ),
  inputs: ['pixels'],
  probe: () => ({ batch: 1 }),
  ignores: () =>
    /position_ids$|post_layernorm|^visual_projection|^visual\.(ln_post|proj)|(resblocks|encoder\.layers)\.\d+\.|^logit_scale$/,
};
