import { StudioError } from '../../models/errors/studioError.ts';
import type { ErrorJson } from './engineProtocol.ts';

/** What went wrong as it goes to another process or thread. */
export function errorJson(cause: unknown): ErrorJson {
  if (cause instanceof StudioError) return cause.toJSON();
  if (cause instanceof RangeError && /allocat|Invalid typed array length/i.test(cause.message)) {
    return {
      code: 'out-of-memory',
      message: 'There is not enough memory for this take.',
      hint: 'Choose fewer frames or a smaller size.',
    };
  }
  const error = cause instanceof Error ? cause : new Error(String(cause));
  return {
    code: 'internal',
    message: `The engine met a fault of its own: ${error.message}`,
    hint: 'Copy the details into a report; the take can be tried again.',
    details: { stack: error.stack ?? '' },
  };
}
