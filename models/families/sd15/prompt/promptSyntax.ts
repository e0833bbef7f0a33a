/** Prompts as people paste them: words with weights, breaks between chunks, LoRAs asked for by name. */

/** A stretch of text and how much it counts. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/** A prompt understood. */
export interface ParsedPrompt {
  /** Stretches in order, one list for each part between `BREAK`s. */
  readonly parts: readonly (readonly WeightedText[])[];
  /** LoRAs the prompt asks for, each with the strength it gives. */
  readonly loras: readonly { readonly name: string; readonly weight: number }[];
}

/** What one bracket without a number multiplies by; square ones divide. */
const bracketStep = 1.1;

/** Weights beyond this are a slip of the finger. */
const largestWeight = 10;

/**
 * Reads A1111's and ComfyUI's common notation: `(word)` × 1.1, `(word:1.3)`, `[word]` ÷ 1.1, nested as deep as one likes; `\(` and the
 * like for the brackets themselves; `BREAK` between parts; `<lora:name:0.8>`. Brackets without a partner are text.
 */
export function parsePrompt(prompt: string): ParsedPrompt {
  const loras: { name: string; weight: number }[] = [];
  const words = prompt.replace(/<(?:lora|lyco):([^:>]+)(?::([^:>]*))?[^>]*>/gi, (_, name: string, weight?: string) => {
    const value = Number(weight || 1);
    loras.push({ name: name.trim(), weight: Number.isFinite(value) ? clamp(value) : 1 });
    return ' ';
  });
  const parts = words.split(/\bBREAK\b/).map((part) => joinEqual(weighStretches(part)));
  return { parts: parts.map((part) => part.filter(({ text }) => text.trim() !== '')), loras };
}

const clamp = (weight: number): number => Math.min(largestWeight, Math.max(-largestWeight, weight));

interface Stretch {
  text: string;
  weight: number;
}

/** Walks the brackets with a stack of where each opened; closing one multiplies everything since. */
function weighStretches(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  const open: { bracket: string; from: number }[] = [];
  const multiply = (from: number, factor: number): void => {
    for (const stretch of stretches.slice(from)) stretch.weight = clamp(stretch.weight * factor);
  };
  const push = (piece: string): void => {
    stretches.push({ text: piece, weight: 1 });
  };
  for (const [token] of text.matchAll(
    /\\[()[\]\\]|[([]|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*\)|\)|\]|[^\\()[\]:]+|[\s\S]/g,
  )) {
    const top = open.at(-1);
    if (/^\\./.test(token)) push(token.slice(1));
    else if (token === '(' || token === '[') {
      open.push({ bracket: token, from: stretches.length });
      push(token);
    } else if (/\)$/.test(token) && top?.bracket === '(') {
      open.pop();
      stretches[top.from] = { text: '', weight: 1 };
      multiply(top.from, token === ')' ? bracketStep : Number(token.slice(1, -1)));
    } else if (token === ']' && top?.bracket === '[') {
      open.pop();
      stretches[top.from] = { text: '', weight: 1 };
      multiply(top.from, 1 / bracketStep);
    } else push(token);
  }
  return stretches;
}

/** Neighbours of equal weight joined, so that words are not cut where a bracket was none. */
function joinEqual(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const { text, weight } of stretches) {
    const last = joined.at(-1);
    if (text === '') continue;
    if (last && Math.abs(last.weight - weight) < 1e-9) last.text += text;
    else joined.push({ text, weight });
  }
  return joined;
}
