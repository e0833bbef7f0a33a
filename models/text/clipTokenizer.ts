import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../errors/studioError.ts';

/** A word of a prompt and what became of it. Positions are in the prompt as typed, end exclusive. */
export interface PromptWord {
  text: string;
  start: number;
  end: number;
  /** False when it (or a part of it) lies beyond the model's token limit. */
  fits: boolean;
  /** False when the model was never trained on it; always true for models that ship no word list. */
  known: boolean;
}

/** A tokenized prompt. */
export interface TokenizedPrompt {
  /** Exactly `length` ids: start, the words' tokens, end, padding. */
  ids: number[];
  words: PromptWord[];
  /** The words that do not fit, in order. */
  cutWords: string[];
}

const startToken = '<|startoftext|>';
const endToken = '<|endoftext|>';
const pieces = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;
const largestFile = 64 << 20;

/** CLIP's byte-pair tokenizer (Radford et al. 2021; Sennrich et al. 2016): lower case, bytes as letters, merges by rank. */
export class ClipTokenizer {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #knownWords: ReadonlySet<string> | undefined;
  readonly #padToken: string;
  readonly #cache = new Map<string, number[]>();

  /**
   * @param merges pairs separated by a space, best first.
   * @param padToken fills the rest: the end token in SD 1.5, `!` in SD 2.1.
   * @param knownWords words of the training captions, where the model ships them.
   */
  constructor(
    vocabulary: ReadonlyMap<string, number>,
    merges: readonly string[],
    options: { padToken?: string | undefined; knownWords?: ReadonlySet<string> | undefined } = {},
  ) {
    for (const token of [startToken, endToken, options.padToken ?? endToken]) {
      if (!vocabulary.has(token))
        throw new StudioError('model-incomplete', `The tokenizer's vocabulary lacks the token ${token}.`);
    }
    this.#vocabulary = vocabulary;
    this.#ranks = new Map(merges.map((merge, rank) => [merge, rank]));
    this.#knownWords = options.knownWords;
    this.#padToken = options.padToken ?? endToken;
  }

  /** Reads vocab.json, merges.txt and, where there is one, words.json. */
  static async load(folder: string, options: { padToken?: string | undefined } = {}): Promise<ClipTokenizer> {
    const vocabulary = numbersByName(await readJson(join(folder, 'vocab.json')), join(folder, 'vocab.json'));
    const lines = (await readText(join(folder, 'merges.txt'))).split(/\r?\n/);
    const merges = lines.filter((line, index) => line !== '' && !(index === 0 && line.startsWith('#version')));
    const wordsPath = join(folder, 'words.json');
    const hasWords = await stat(wordsPath).catch(() => undefined);
    const words = hasWords ? Reflect.get(Object(await readJson(wordsPath)), 'words') : undefined;
    const knownWords = words ? new Set(numbersByName(words, wordsPath).keys()) : undefined;
    return new ClipTokenizer(vocabulary, merges, { ...options, knownWords });
  }

  /** The words the model was trained on; undefined when it does not say. */
  get knownWords(): ReadonlySet<string> | undefined {
    return this.#knownWords;
  }

  /** Id of the token that begins every prompt. */
  get startId(): number {
    return this.#id(startToken);
  }

  /** Id of the token that ends every prompt. */
  get endId(): number {
    return this.#id(endToken);
  }

  /** Tokenizes words one by one, with nothing added and nothing cut. */
  pieces(text: string): { text: string; ids: readonly number[] }[] {
    return [...lowerCase(text.normalize('NFC')).matchAll(pieces)].map(([piece]) => ({
      text: piece,
      ids: this.#encodePiece(piece),
    }));
  }

  /** Tokenizes to exactly `length` ids, start and end included. Places of words are those in the text's composed (NFC) form. */
  encode(text: string, length: number): TokenizedPrompt {
    const ids = [this.#id(startToken)];
    const words: PromptWord[] = [];
    const composed = text.normalize('NFC');
    const lower = lowerCase(composed);
    for (const match of lower.matchAll(pieces)) {
      const piece = match[0];
      const tokens = this.#encodePiece(piece);
      const fits = ids.length + tokens.length <= length - 1 && (words.at(-1)?.fits ?? true);
      const start = match.index;
      const isWord = /[\p{L}\p{N}]/u.test(piece);
      const known = !isWord || !this.#knownWords || this.#knownWords.has(piece);
      words.push({ text: composed.slice(start, start + piece.length), start, end: start + piece.length, fits, known });
      ids.push(...tokens);
    }
    ids.splice(length - 1);
    ids.push(this.#id(endToken));
    const pad = this.#id(this.#padToken);
    while (ids.length < length) ids.push(pad);
    return { ids, words, cutWords: words.filter((word) => !word.fits).map((word) => word.text) };
  }

  #id(token: string): number {
    return this.#vocabulary.get(token) ?? this.#vocabulary.get(endToken) ?? 0;
  }

  #encodePiece(piece: string): number[] {
    const cached = this.#cache.get(piece);
    if (cached) return cached;
    const special = piece === startToken || piece === endToken;
    const ids = special ? [this.#id(piece)] : this.#merge(piece).map((token) => this.#id(token));
    // Prompts come from a keyboard, but a file may hold anything: the cache stays small.
    if (this.#cache.size > 10_000) this.#cache.clear();
    this.#cache.set(piece, ids);
    return ids;
  }

  /** Byte-pair merging: the pair of lowest rank first, everywhere in the piece, until no pair has a rank. */
  #merge(piece: string): string[] {
    let parts = [...new TextEncoder().encode(piece)].map((byte) => byteLetters[byte]);
    parts[parts.length - 1] += '</w>';
    while (parts.length > 1) {
      let best = Number.POSITIVE_INFINITY;
      let pair = '';
      for (let i = 0; i + 1 < parts.length; i++) {
        const candidate = `${parts[i]} ${parts[i + 1]}`;
        const rank = this.#ranks.get(candidate);
        if (rank !== undefined && rank < best) {
          best = rank;
          pair = candidate;
        }
      }
      if (pair === '') break;
      const merged: string[] = [];
      for (let i = 0; i < parts.length; i++) {
        if (i + 1 < parts.length && `${parts[i]} ${parts[i + 1]}` === pair) {
          merged.push(parts[i] + parts[i + 1]);
          i += 1;
        } else merged.push(parts[i]);
      }
      parts = merged;
    }
    return parts;
  }
}

/** Lower case that keeps every position: letters whose lower case has another length stay as they are. */
function lowerCase(text: string): string {
  let result = '';
  for (const letter of text) {
    const lower = letter.toLowerCase();
    result += lower.length === letter.length ? lower : letter;
  }
  return result;
}

/** CLIP's letters for the 256 byte values: printable ones stand for themselves, the others follow from U+0100 on. */
const byteLetters: readonly string[] = (() => {
  const letters: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    letters.push(String.fromCharCode(printable ? byte : next++));
  }
  return letters;
})();

async function readText(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw new StudioError('model-incomplete', `The tokenizer's file ${path} is missing.`, {
      hint: 'Copy the model folder again, complete.',
    });
  if (found.size > largestFile)
    throw new StudioError('format-hostile', `${path} is ${found.size} bytes long, far too large for a tokenizer.`);
  return readFile(path, 'utf8');
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path));
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError('format-damaged', `${path} is not valid JSON.`, {
      hint: 'Copy the model folder again.',
      cause,
    });
  }
}

function numbersByName(json: unknown, path: string): Map<string, number> {
  const entries = typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.entries(json) : undefined;
  if (!entries?.every(([, value]) => Number.isSafeInteger(value) && value >= 0)) {
    throw new StudioError('format-damaged', `${path} does not map names to numbers.`, {
      hint: 'Copy the model folder again.',
    });
  }
  return new Map(entries);
}
