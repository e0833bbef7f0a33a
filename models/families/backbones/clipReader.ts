import type { Planes } from '../../math/resample.ts';
import { int64Tensor } from '../../math/tensor.ts';
import { likeness } from '../../measure/likeness.ts';
import type { MeasureReaders, PictureReader } from '../../measure/readers.ts';
import { sentence } from '../../nets/backbones/backboneNetworks.ts';
import { adapterVision } from '../../nets/sd15/encoders.ts';
import { clipVisionTensors } from '../sd15/keys/clipKeys.ts';
import { visionConfigOfKeys } from '../sd15/keys/configOfKeys.ts';
import { clipTokenizer } from '../sd15/prompt/clipVocabulary.ts';
import { type BackboneFile, type NetworkOpener, titleOf } from './backboneFile.ts';
import { sentenceTensors, towerJson } from './backboneKeys.ts';
import { clipColours, pictureInput } from './pictureInput.ts';

const use = { families: ['backbones'] } as const;

const table = {
  vision: { ...use, part: 'vision', network: adapterVision, title: 'image tower' },
  sentence: { ...use, part: 'sentence', network: sentence, title: 'text tower' },
} as const;

/** OpenAI's towers, whose GELU is the quick one, by their widths. */
const openAiWidths = new Set([768, 1024]);

/** A CLIP's image tower, and its text tower where the file has both. */
export function openClip(
  { path, index, json, recognition }: BackboneFile,
  open: NetworkOpener,
): Pick<MeasureReaders, 'pictures' | 'sentences'> {
  const found = clipVisionTensors(index);
  if (!found) throw new Error(`Assertion failed: ${path} was recognised as an image encoder`);
  const { naming, tensors } = found;
  const [vision, text] = ['vision_config', 'text_config'].map((part) =>
    towerJson(Reflect.get(Object(json), part) ?? json),
  );
  const ownConfig = visionConfigOfKeys(tensors, naming);
  const isQuick =
    json === undefined ? naming === 'transformers' && openAiWidths.has(Number(ownConfig.hidden_size)) : true;
  const activation = isQuick ? 'quick_gelu' : 'gelu';
  const heads = vision?.num_attention_heads;
  const config = {
    ...{ ...ownConfig, hidden_act: vision?.hidden_act ?? activation, adapter_answer: 'embedding', key_naming: naming },
    ...(heads === undefined ? {} : { num_attention_heads: heads }),
    ...(vision?.layer_norm_eps === undefined ? {} : { layer_norm_eps: vision.layer_norm_eps }),
  };
  const spoken = sentenceTensors(index);
  const textConfig = spoken && {
    ...spoken.config,
    heads: text?.num_attention_heads ?? spoken.config.heads,
    activation: text?.hidden_act ?? activation,
    epsilon: text?.layer_norm_eps ?? 1e-5,
  };
  const networks = open(
    table,
    new Map([
      ['vision', { config, tensors }],
      ...(spoken ? [['sentence', { config: textConfig, tensors: spoken.tensors }] as const] : []),
    ]),
  );
  const side = Number(ownConfig.image_size);
  const form = { shorter: side, side, kernel: 'bicubic', ...clipColours } as const;
  const title = titleOf(`CLIP ${recognition.variant ?? ''}`.trim(), path);
  const read = async (pictures: readonly Planes[]): Promise<Float32Array[]> => {
    const part = await networks.part('vision', { batch: 1 });
    const vectors: Float32Array[] = [];
    for (const picture of pictures) {
      const { embedding } = await part.run({ pixels: pictureInput(picture, form) });
      if (embedding) vectors.push(embedding.data);
    }
    return vectors;
  };
  const pictures: PictureReader = { title, comparable: true, read };
  if (!textConfig) return { pictures };
  const sentenceVector = async (said: string): Promise<Float32Array> => {
    const tokenizer = await clipTokenizer();
    const { ids } = tokenizer.encode(said, textConfig.tokens);
    const part = await networks.part('sentence', { batch: 1 });
    const tokenIds = int64Tensor([1, textConfig.tokens], ids);
    return (await part.run({ tokenIds, ends: int64Tensor([1], [ids.indexOf(tokenizer.endId)]) })).embedding.data;
  };
  const alignment = async (frames: readonly Planes[], said: string): Promise<number> =>
    likeness(await read(frames), await sentenceVector(said));
  return { pictures, sentences: { title, comparable: true, alignment } };
}
