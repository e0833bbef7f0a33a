import { StudioError } from '../errors/studioError.ts';

/** Turns what ONNX Runtime threw into a sentence: out of memory, a weight file that changed under us, or a failed provider. */
export function translateRuntimeError(cause: unknown, label: string, provider: string): StudioError {
  if (cause instanceof StudioError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const details = { network: label, provider, runtime: text.slice(0, 2000) };
  if (/bad_alloc|out of memory|failed to allocate|BFCArena|std::bad/i.test(text))
    return new StudioError('out-of-memory', `There is not enough memory for the network ${label} on ${provider}.`, {
      hint: 'Choose fewer frames or a smaller size, or close other programs.',
      details,
      cause,
    });
  if (/external|file.*(size|offset|exist|open)|mmap|mapping/i.test(text))
    return new StudioError(
      'format-damaged',
      `The weights of the network ${label} could not be read: ${firstLine(text)}.`,
      {
        hint: 'The weight file changed or is cut short; fetch it again.',
        details,
        cause,
      },
    );
  return new StudioError(
    'provider-failed',
    `The provider ${provider} could not run the network ${label}: ${firstLine(text)}.`,
    {
      hint:
        provider === 'cpu' ? 'Please report this with the details.' : 'Choose the provider cpu, or update the driver.',
      details,
      cause,
    },
  );
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300).replace(/\.$/, '');
