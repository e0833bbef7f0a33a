/** A word of a sentence as it is typed: first and one past its last character, and its index among the words that a model read. */
export interface ActingWord {
  readonly from: number;
  readonly to: number;
  readonly index: number;
}

/** What is no word of a sentence: a LoRA by name, the weight behind a bracket's words. */
const notation = /<[^>]*>|:\s*[+-]?[\d.]+\s*\)/g;

/** Words as tokenizers cut them: letters together, each digit by itself. */
const pieces = /\p{L}+|\p{N}/gu;

const plain = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/**
 * The words of a sentence that are among those that a model read: the first of a kind stands for the first, the second for the second. The
 * sentence may have been changed since; what was not read is left out.
 */
export function actingWords(sentence: string, read: readonly string[]): readonly ActingWord[] {
  const places = new Map<string, number[]>();
  for (const [index, word] of read.entries()) places.set(plain(word), [...(places.get(plain(word)) ?? []), index]);
  const bare = sentence.replace(notation, (found) => ' '.repeat(found.length));
  return [...bare.matchAll(pieces)].flatMap(({ 0: word, index: from }) => {
    const index = places.get(word.toLowerCase())?.shift();
    return index === undefined ? [] : [{ from, to: from + word.length, index }];
  });
}
