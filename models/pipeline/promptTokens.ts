import { type FloatTensor, int64Tensor } from '../math/tensor.ts';
import { ClipTokenizer } from '../text/clipTokenizer.ts';
import type { MagDiffModel } from './modelParts.ts';

/** What the pipeline needs of a tokenizer. */
export interface PromptTokenizer {
  /** Token ids padded to `length`, and the words that did not fit, in order. */
  encode(text: string, length: number): { ids: readonly number[]; cutWords: readonly string[] };
}

/** The tokenizer that belongs to a model. */
export function tokenizerOf(model: MagDiffModel): Promise<ClipTokenizer> {
  const { tokenizerFolder, padToken } = model.description.text;
  return ClipTokenizer.load(tokenizerFolder, { padToken });
}

/** The text condition: states (1, t, C) and the words that were beyond the model's limit. */
export interface EncodedPrompt {
  states: FloatTensor;
  cutWords: readonly string[];
}

/** Encodes prompts one by one, in order. */
export async function encodePrompts(
  model: MagDiffModel,
  tokenizer: PromptTokenizer,
  prompts: readonly string[],
): Promise<EncodedPrompt[]> {
  const length = model.description.text.tokens;
  const encoder = await model.loadTextEncoder({ batch: 1 });
  const encoded: EncodedPrompt[] = [];
  for (const prompt of prompts) {
    const { ids, cutWords } = tokenizer.encode(prompt, length);
    const { states } = await encoder.run({ tokenIds: int64Tensor([1, length], ids) });
    encoded.push({ states, cutWords });
  }
  return encoded;
}

/** The sentence that tells a user what of the prompt the model will not see; undefined when all fits. */
export function cutWordsSentence(
  kind: 'prompt' | 'negative prompt',
  cutWords: readonly string[],
  tokens: number,
): string | undefined {
  if (cutWords.length === 0) return undefined;
  return `The ${kind} is longer than the model's ${tokens} tokens; left out: "${cutWords.join(' ')}".`;
}
