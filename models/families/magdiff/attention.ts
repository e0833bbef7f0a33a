import { joinFrames } from '../../math/frames.ts';
import { type FloatTensor, floatTensor } from '../../math/tensor.ts';
import type { Remember } from '../../memory/memory.ts';
import type {
  AttentionPass,
  LayerAttention,
  PredictionSettings,
  Size,
  TokenizedWord,
  WindowConditions,
} from '../../model/conditions.ts';
import type { Model } from '../../model/model.ts';
import { alphaAtStep } from './adaptivePrompts.ts';
import { encodeContext } from './predictor.ts';
import { subjectAtSteps } from './subjectStrength.ts';

/** The prompt's words with their places among the tokens: behind the start token, before the end of what fits. */
export function tokenizedWords(
  tokenizer: { pieces?(text: string): readonly { text: string; ids: readonly number[] }[] },
  prompt: string,
  length: number,
): readonly TokenizedWord[] {
  let from = 1;
  const words: TokenizedWord[] = [];
  for (const { text, ids } of tokenizer.pieces?.(prompt) ?? []) {
    const to = from + ids.length;
    if (to > length - 1) break;
    words.push({ text, from, to });
    from = to;
  }
  return words;
}

/**
 * A window's network with its attention maps as further outputs. It is asked under the prompt alone, without guidance: the branch whose
 * words are looked for.
 */
export async function windowAttention(
  model: Model,
  settings: PredictionSettings,
  conditions: WindowConditions,
  contexts: Remember,
): Promise<AttentionPass> {
  const { vae, image, unet: facts, student } = model.description;
  const { weights, windowFrames: frames } = settings;
  const layers = (weights === 'student' ? student?.layers : undefined) ?? facts.layers;
  const [height, width] = [settings.height / vae.factor, settings.width / vae.factor];
  const unet = await model.part(weights === 'student' ? 'unet_student' : 'unet', {
    ...{ batch: 1, frames, height, width, imageTokens: image.tokensPerFrame * frames, attentionMaps: true },
  });
  const { text, imageTokens } = conditions;
  const hasSubject = facts.inChannels > vae.latentChannels;
  const join = (of: readonly Float32Array[]): Float32Array => joinFrames(of, of[0].length / (height * width));
  const subjectAt = hasSubject ? subjectAtSteps(settings, conditions, join) : undefined;
  const key = JSON.stringify(['full', conditions.key, weights]);
  const context = await contexts(key, () => encodeContext(model, text, imageTokens, weights));
  const window = { start: conditions.start, frames };
  return async (sample, timestep, step) => {
    const subject = subjectAt?.(step) ?? new Float32Array(0);
    const input = new Float32Array(sample.length + subject.length);
    input.set(sample);
    input.set(subject, sample.length);
    const output = await unet.run({
      sample: floatTensor([1, input.length / (frames * height * width), frames, height, width], input),
      timestep: floatTensor([1], Float32Array.of(timestep)),
      ...alphaAtStep(layers, settings, window, step),
      ...context,
    });
    return layerMaps(layers, output, { height, width }, frames);
  };
}

/** What the layers of a network with maps among its outputs looked at; `size` is the latents', `pictures` as in {@link LayerAttention}. */
export function layerMaps(
  layers: readonly { readonly name: string }[],
  output: Readonly<Record<string, FloatTensor | undefined>>,
  { height, width }: Size,
  pictures: number,
): readonly LayerAttention[] {
  return layers.flatMap(({ name }) => {
    const text = output[`${name}.text_map`];
    const image = output[`${name}.image_map`];
    return text ? [{ layer: name, ...gridOf(text.shape[1] ?? 0, height, width), text, image, pictures }] : [];
  });
}

/** The grid of a level: the latents' halved as often as gives that many places. */
function gridOf(places: number, height: number, width: number): { height: number; width: number } {
  for (let [h, w] = [height, width]; h * w >= places; h = Math.ceil(h / 2), w = Math.ceil(w / 2))
    if (h * w === places || (h === 1 && w === 1)) return { height: h, width: w };
  return { height: 1, width: places };
}
