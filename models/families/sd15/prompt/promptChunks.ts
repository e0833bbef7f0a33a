/** Weighted text to chunks of tokens: words are not split, and every chunk is as long as the text encoder takes. */
import type { TokenizedWord } from '../../../model/conditions.ts';
import type { ClipTokenizer } from '../../../text/clipTokenizer.ts';
import type { ParsedPrompt } from './promptSyntax.ts';

/** One token of a prompt: its id, or a vector of one's own in its place, and how much it counts. */
export interface PromptToken {
  readonly id: number;
  readonly vector: Float32Array | undefined;
  readonly weight: number;
}

/** A word, whose tokens stay together. */
interface Word {
  readonly text: string;
  readonly tokens: readonly PromptToken[];
}

/** Start, the words, end and padding: exactly as many tokens as the text encoder takes. */
export type PromptChunk = readonly PromptToken[];

/** What chunks are made with. */
export interface ChunkOptions {
  readonly tokenizer: ClipTokenizer;
  /** Tokens of a chunk, start and end included. */
  readonly length: number;
  /** Vectors of the embeddings the prompt names, by their words in lower case. */
  readonly embeddings: ReadonlyMap<string, readonly Float32Array[]>;
}

/** Names in `names` that a text mentions as words, `embedding:name` or the bare name; the longest first where several fit. */
export function mentionedWords(text: string, names: Iterable<string>): string[] {
  const pattern = wordPattern(names);
  if (!pattern) return [];
  return [...new Set([...text.matchAll(pattern)].map(([, word = '']) => word.toLowerCase()))];
}

function wordPattern(names: Iterable<string>): RegExp | undefined {
  const escaped = [...names]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (escaped.length === 0) return undefined;
  return new RegExp(`(?<![\\p{L}\\p{N}_-])(?:embedding:)?(${escaped.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
}

/** Cuts a prompt into chunks; one that says nothing is one chunk of padding. */
export function chunkPrompt(prompt: ParsedPrompt, options: ChunkOptions): readonly PromptChunk[] {
  const chunks = chunkWords(prompt, options);
  const filled = chunks.length === 0 ? [[]] : chunks;
  return filled.map((words) =>
    fill(
      words.flatMap(({ tokens }) => tokens),
      options,
    ),
  );
}

/** A prompt's words with their places among the tokens of its chunks, which lie one behind the other. */
export function promptWords(prompt: ParsedPrompt, options: ChunkOptions): readonly TokenizedWord[] {
  return chunkWords(prompt, options).flatMap((words, chunk) => {
    let to = chunk * options.length + 1;
    return words.map(({ text, tokens }) => {
      const from = to;
      to += tokens.length;
      return { text, from, to };
    });
  });
}

function chunkWords({ parts }: ParsedPrompt, options: ChunkOptions): readonly (readonly Word[])[] {
  const room = options.length - 2;
  const chunks: Word[][] = [];
  for (const part of parts) {
    let chunk: Word[] = [];
    let used = 0;
    chunks.push(chunk);
    for (const { text, weight } of part)
      for (const word of wordsOf(text, weight, options)) {
        // A word of more tokens than a chunk holds is cut: there is no chunk it would fit.
        const fitting = { ...word, tokens: word.tokens.slice(0, room) };
        if (used + fitting.tokens.length > room) {
          chunk = [];
          used = 0;
          chunks.push(chunk);
        }
        chunk.push(fitting);
        used += fitting.tokens.length;
      }
  }
  return chunks;
}

function wordsOf(text: string, weight: number, { tokenizer, embeddings }: ChunkOptions): Word[] {
  const pattern = wordPattern(embeddings.keys());
  const words: Word[] = [];
  let from = 0;
  const plain = (piece: string): void => {
    for (const { text: own, ids } of tokenizer.pieces(piece))
      words.push({ text: own, tokens: ids.map((id) => ({ id, vector: undefined, weight })) });
  };
  for (const match of pattern ? text.matchAll(pattern) : []) {
    plain(text.slice(from, match.index));
    const name = (match[1] ?? '').toLowerCase();
    const vectors = embeddings.get(name) ?? [];
    words.push({ text: name, tokens: vectors.map((vector) => ({ id: tokenizer.endId, vector, weight })) });
    from = match.index + match[0].length;
  }
  plain(text.slice(from));
  return words.filter(({ tokens }) => tokens.length > 0);
}

function fill(tokens: readonly PromptToken[], { tokenizer, length }: ChunkOptions): PromptChunk {
  const plain = (id: number): PromptToken => ({ id, vector: undefined, weight: 1 });
  const padding = Array.from({ length: length - 1 - tokens.length }, () => plain(tokenizer.endId));
  return [plain(tokenizer.startId), ...tokens, ...padding];
}
