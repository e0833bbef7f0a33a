import { StudioError } from '../../errors/studioError.ts';
import { parseResamplerConfig, type ResamplerConfig } from '../../nets/resampler.ts';
import type { ImageProjectionConfig } from '../../nets/sd15/imageProjection.ts';
import type { UnetConfig } from '../../nets/unet/unetConfig.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import type { TensorIndex } from '../../weights/storedTensor.ts';
import { resamplerConfigOfKeys } from './keys/configOfKeys.ts';

/** An IP-Adapter's projector: from a picture's embedding (`base`), or from all its tokens (`plus`), to image tokens. */
export type Projector = {
  readonly weights: KeyedWeights;
  /** Its configuration as a config.json would say it. */
  readonly json: unknown;
  /** Image tokens it makes of one picture. */
  readonly tokens: number;
  /** Width of what the image encoder has to give. */
  readonly inputWidth: number;
} & (
  | { readonly kind: 'base'; readonly config: ImageProjectionConfig }
  | { readonly kind: 'plus'; readonly config: ResamplerConfig }
);

/** Tells a projector's kind by its keys; one made for another context or of a kind this program lacks is an error. */
export function openProjector(file: string, tensors: TensorIndex, unet: UnetConfig): Projector {
  const weights = new KeyedWeights(file, [{ index: tensors }]);
  const refuse = (what: string, hint: string): never => {
    throw new StudioError('model-mismatch', `${file} ${what}.`, { hint });
  };
  if (tensors.has('latents')) {
    const json = resamplerConfigOfKeys(tensors);
    const config = parseResamplerConfig(json, file);
    if (config.outputWidth !== unet.contextWidth)
      refuse(`makes tokens ${config.outputWidth} wide, and the base takes ${unet.contextWidth}`, otherBase);
    return { kind: 'plus', json, config, weights, tokens: config.queries, inputWidth: config.inputWidth };
  }
  const [rows = 0, inputWidth = 0] = tensors.get('proj.weight')?.shape ?? [];
  const outputWidth = tensors.get('norm.weight')?.shape[0] ?? 0;
  if (tensors.has('proj.3.weight') || tensors.has('proj.0.weight'))
    refuse(
      'is an IP-Adapter of the full-face form, which this program does not run',
      'Choose a base or a plus adapter.',
    );
  if (rows === 0 || outputWidth === 0 || rows % outputWidth !== 0)
    refuse('has no image projector this program knows', 'Choose ip-adapter_sd15 or ip-adapter-plus_sd15.');
  if (outputWidth !== unet.contextWidth)
    refuse(`makes tokens ${outputWidth} wide, and the base takes ${unet.contextWidth}`, otherBase);
  const tokens = rows / outputWidth;
  const json = { clip_embeddings_dim: inputWidth, num_image_text_embeds: tokens, cross_attention_dim: outputWidth };
  return { kind: 'base', json, config: { inputWidth, tokens, outputWidth }, weights, tokens, inputWidth };
}

const otherBase = 'The adapter was made for another base: 768 is Stable Diffusion 1.5, 1024 is 2.x, 2048 is SDXL.';
