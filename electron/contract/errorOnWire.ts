import { z } from 'zod';
import { StudioError, studioErrorCodes } from '../../models/errors/studioError.ts';

/** An error as it crosses the wire: the JSON form of StudioError. */
export const errorOnWire = z.object({
  code: z.enum(studioErrorCodes),
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** See {@link errorOnWire}. */
export type ErrorOnWire = z.output<typeof errorOnWire>;

/** What failed, as it crosses the wire. `doing`: the beginning of the sentence on what is no StudioError, as in `Selecting failed`. */
export function wireErrorOf(cause: unknown, doing?: string): ErrorOnWire {
  if (cause instanceof StudioError) return errorOnWire.parse(cause.toJSON());
  const text = doing === undefined ? String(cause) : `${doing}: ${String(cause)}.`;
  return errorOnWire.parse(new StudioError('internal', text, { cause }).toJSON());
}

/** HTTP status that goes with a code. */
export function statusOf(code: ErrorOnWire['code']): number {
  if (code === 'request-invalid' || code === 'usage') return 400;
  if (code === 'not-allowed') return 403;
  if (code === 'asset-missing' || code === 'job-unknown' || code === 'file-missing') return 404;
  if (code === 'conflict' || code === 'project-locked') return 409;
  if (code === 'internal' || code === 'engine-crashed') return 500;
  return 422;
}

/** The StudioError an answer tells of. */
export function errorFromWire(wire: ErrorOnWire): StudioError {
  return StudioError.fromJSON({
    code: wire.code,
    message: wire.message,
    ...(wire.hint === undefined ? {} : { hint: wire.hint }),
    ...(wire.details === undefined ? {} : { details: wire.details }),
  });
}
