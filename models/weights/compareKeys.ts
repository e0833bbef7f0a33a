import { StudioError } from '../errors/studioError.ts';
import type { KeyedWeights } from './keyedWeights.ts';

/**
 * Compares a checkpoint with what its network declares. Missing and misshapen keys throw, and so do unused ones except
 * those matching `ignored`; the sentence names keys and both shapes. Shapes that differ only in axes of length one
 * are the same.
 */
export function compareKeys(
  weights: KeyedWeights,
  declared: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  ignored?: RegExp,
): void {
  const significant = (shape: readonly number[]): string => shape.filter((size) => size !== 1).join('×');
  const missing: string[] = [];
  const misshapen: string[] = [];
  for (const [key, { shape }] of declared) {
    const tensor = weights.tensor(key);
    if (!tensor) missing.push(`${key} (${shape.join('×')})`);
    else if (significant(tensor.shape) !== significant(shape))
      misshapen.push(`${key} is ${tensor.shape.join('×')} and should be ${shape.join('×')}`);
    else if (!weights.find(key))
      misshapen.push(`${key} has the element type ${tensor.dtype}, which no network here takes`);
  }
  const unused = weights.ownKeys.filter((key) => !declared.has(key) && !ignored?.test(key));
  const sentences = [
    describe(missing, 'weights are missing', 'weight is missing'),
    describe(misshapen, 'weights do not fit', 'weight does not fit'),
    describe(unused, 'weights are not used by the network', 'weight is not used by the network'),
  ].filter((sentence) => sentence !== undefined);
  if (sentences.length === 0) return;
  throw new StudioError(
    missing.length > 0 ? 'model-incomplete' : 'model-mismatch',
    `${weights.label} does not fit its configuration: ${sentences.join('; ')}.`,
    {
      hint: 'Check that the weights and the config.json beside them come from the same model, and that the download is complete.',
      details: { missing: missing.slice(0, 100), misshapen: misshapen.slice(0, 100), unused: unused.slice(0, 100) },
    },
  );
}

function describe(items: readonly string[], many: string, one: string): string | undefined {
  if (items.length === 0) return undefined;
  const list = items.slice(0, 4).join(', ') + (items.length > 4 ? ` and ${items.length - 4} more` : '');
  return `${items.length} ${items.length === 1 ? one : many}: ${list}`;
}
