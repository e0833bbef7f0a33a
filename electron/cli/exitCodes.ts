import { CancelledError, StudioError } from '../../models/errors/studioError.ts';

/** What the process tells its caller. */
export const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** The exit code of a failure: a wrong call is the caller's, a cancellation nobody's, the rest failures. */
export function exitCodeOf(cause: unknown): number {
  if (cause instanceof CancelledError) return exitCodes.cancelled;
  if (cause instanceof StudioError && cause.code === 'usage') return exitCodes.usage;
  return exitCodes.failed;
}
