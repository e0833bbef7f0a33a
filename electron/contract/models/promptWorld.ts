import { z } from 'zod';
import type { TakeSettings } from '../takeSettings.ts';

/** Parts of a sentence that a model can be asked for. */
export const promptPartNames = ['motion', 'place', 'light', 'subject'] as const;

/** One of {@link promptPartNames}. */
export type PromptPartName = (typeof promptPartNames)[number];

const words = z.array(z.string().min(1).max(100)).max(200);

/** `world.json` of a model's folder: what a model that knows one small world can be asked for, by meaning. */
export const promptWorld = z.object({
  parts: z
    .array(
      z.object({
        name: z.enum(promptPartNames),
        values: z
          .array(
            z.object({
              name: z.string().min(1).max(100),
              /** How it was said in training; the first is the plainest. */
              phrases: words.min(1),
              /** Words for other things, to which this is the nearest that the model has. */
              near: words,
            }),
          )
          .max(200),
      }),
    )
    .max(10),
});

/** See {@link promptWorld}. */
export type PromptWorld = z.output<typeof promptWorld>;

/** What a model makes of one part of a sentence. */
export interface UnderstoodPart {
  readonly part: PromptPartName;
  /** Where in the sentence it is said: first and one past the last character; undefined where it is not said. */
  readonly said: { readonly from: number; readonly to: number; readonly text: string } | undefined;
  /** The value's name in the world; undefined where nothing was said. */
  readonly value: string | undefined;
  /** The value's plainest phrase; undefined where nothing was said. */
  readonly phrase: string | undefined;
  /** Whether the model knows it as it was said, or has only something near it. */
  readonly isKnown: boolean;
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const wordsOf = (sentence: string): readonly Word[] =>
  [...sentence.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: text, index }) => ({
    text,
    from: index,
    to: index + text.length,
  }));

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));
const articles = setOf('a an the');
const prepositions = setOf('in on at by to into onto near inside over under above among through across around of');

/** Words between a preposition and its noun at most: an article and two adjectives. */
const longestPhrase = 3;

/** Where the phrase that ends in a noun begins: at its preposition (`in front of` counts as one), else at its article. */
function phraseStart(given: readonly Word[], noun: number): number {
  const textAt = (index: number): string => given[index]?.text ?? '';
  for (let back = 1; back <= longestPhrase + 1; back++) {
    if (!prepositions.has(textAt(noun - back))) continue;
    const isFrontOf = textAt(noun - back) === 'of' && textAt(noun - back - 1) === 'front';
    return noun - back - (isFrontOf ? 2 : 0);
  }
  return articles.has(textAt(noun - 1)) ? noun - 1 : noun;
}

/** Parts that a task is told by. */
export function neededParts({ task, keep }: Pick<TakeSettings, 'task' | 'keep'>): readonly PromptPartName[] {
  if (task === 'generate') return ['motion', 'place'];
  return keep === 'subject' ? ['place'] : ['subject'];
}

/** What a model of that world makes of a sentence, part by part. */
export function understandPrompt(sentence: string, world: PromptWorld): readonly UnderstoodPart[] {
  const given = wordsOf(sentence);
  return world.parts.map(({ name: part, values }) => {
    let best: { first: number; length: number; rank: number; value: string; phrase: string } | undefined;
    const consider = (text: string, rank: number, value: string, phrase: string): void => {
      const wanted = wordsOf(text);
      const first = given.findIndex((_, at) => wanted.every((word, index) => given[at + index]?.text === word.text));
      if (first < 0 || wanted.length === 0) return;
      const isBetter = !best || rank < best.rank || (rank === best.rank && wanted.length > best.length);
      if (isBetter) best = { first, length: wanted.length, rank, value, phrase };
    };
    for (const { name, phrases, near } of values) {
      const [plainest = name] = phrases;
      for (const phrase of phrases) consider(phrase, 0, name, plainest);
      consider(name, 1, name, plainest);
      for (const word of near) consider(word, 2, name, plainest);
    }
    if (!best) return { part, said: undefined, value: undefined, phrase: undefined, isKnown: false };
    const { first, length, rank, value, phrase } = best;
    // A subject is named with its article; a place with how it is stood in.
    const article = articles.has(given[first - 1]?.text ?? '') ? first - 1 : first;
    const start = rank === 0 || part === 'motion' ? first : part === 'subject' ? article : phraseStart(given, first);
    const [from, to] = [given[start]?.from ?? 0, given[first + length - 1]?.to ?? 0];
    const said = { from, to, text: sentence.slice(given[first]?.from ?? 0, to) };
    return { part, said, value, phrase, isKnown: rank < 2 };
  });
}

/** The sentence with a part said as `phrase`: in the place of what said it, else at the end. */
export function withPart(sentence: string, world: PromptWorld, part: PromptPartName, phrase: string): string {
  const said = understandPrompt(sentence, world).find((each) => each.part === part)?.said;
  if (said) return `${sentence.slice(0, said.from)}${phrase}${sentence.slice(said.to)}`;
  const before = sentence.trim().replace(/[,.]+$/, '');
  if (part === 'motion') return before === '' ? `it ${phrase}` : `${before}, it ${phrase}`;
  return before === '' ? `it ${phrase}` : `${before} ${phrase}`;
}
