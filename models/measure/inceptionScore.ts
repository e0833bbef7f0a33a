import { StudioError } from '../errors/studioError.ts';

/**
 * Inception score (Salimans et al. 2016) of what a classifier says: exp of the mean Kullback–Leibler divergence of each picture's
 * classes from those of all. 1 at least; the number of classes at most.
 * @param logits a row a picture, before the softmax.
 */
export function inceptionScore(logits: readonly Float32Array[]): number {
  const [first] = logits;
  if (!first)
    throw new StudioError('usage', 'An inception score needs at least one picture.', {
      hint: 'Give a clip or a folder of clips.',
    });
  const logs = logits.map(logSoftmax);
  const share = new Float64Array(first.length);
  for (const row of logs) for (const [k, value] of row.entries()) share[k] += Math.exp(value) / logs.length;
  let divergence = 0;
  for (const row of logs)
    for (const [k, value] of row.entries())
      if (share[k] > 0) divergence += (Math.exp(value) * (value - Math.log(share[k]))) / logs.length;
  return Math.exp(divergence);
}

function logSoftmax(row: Float32Array): Float64Array {
  const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return Float64Array.from(row, (value) => value - largest - total);
}
