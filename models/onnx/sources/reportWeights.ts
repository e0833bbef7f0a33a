import { StudioError } from '../../errors/studioError.ts';

/** Throws where a network found weights missing from its source or of other shapes, naming the first few of each. */
export function reportWeights(
  network: string,
  label: string,
  missing: readonly string[],
  misshapen: readonly string[],
): void {
  if (missing.length === 0 && misshapen.length === 0) return;
  const list = (items: readonly string[]): string =>
    items.slice(0, 4).join('; ') + (items.length > 4 ? `; and ${items.length - 4} more` : '');
  const sentences: string[] = [];
  if (missing.length > 0)
    sentences.push(`${missing.length} weights of the network ${network} are missing from it: ${list(missing)}`);
  if (misshapen.length > 0) sentences.push(`${misshapen.length} weights have another shape: ${list(misshapen)}`);
  throw new StudioError(
    missing.length > 0 ? 'model-incomplete' : 'model-mismatch',
    `${label}: ${sentences.join('. ')}.`,
    {
      hint: 'Check that the weights and the config.json beside them come from the same model, and that the download is complete.',
      details: { missing: missing.slice(0, 100), misshapen: misshapen.slice(0, 100) },
    },
  );
}
