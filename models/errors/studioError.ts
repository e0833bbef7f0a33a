/** Every way a request can fail that its user can act on. The set is closed: a new way is a new code here. */
export const studioErrorCodes = [
  'usage',
  'file-missing',
  'file-unreadable',
  'file-unwritable',
  'disk-full',
  'format-unknown',
  'format-damaged',
  'format-hostile',
  'media-unsupported',
  'media-empty',
  'mask-empty',
  'mask-full',
  'mask-mismatch',
  'image-too-small',
  'model-missing',
  'model-incomplete',
  'model-mismatch',
  'weights-not-finite',
  'provider-unavailable',
  'provider-failed',
  'out-of-memory',
  'engine-crashed',
  'tool-missing',
  'project-locked',
  'project-damaged',
  'project-newer',
  'project-closed',
  'job-unknown',
  'asset-missing',
  'not-allowed',
  'request-invalid',
  'conflict',
  'network-port',
  'studio-silent',
  'download-failed',
  'queue-unreachable',
  'internal',
] as const;

/** One of the closed set of failure codes. */
export type StudioErrorCode = (typeof studioErrorCodes)[number];

/** What a {@link StudioError} carries beside its sentence. */
export interface StudioErrorOptions {
  /** The way out, as a sentence. */
  hint?: string;
  /** Facts for the details pane or a program: never secrets, JSON only. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * A failure its user can act on: a full sentence naming the file or value at fault, and usually a hint.
 * Foreign errors are translated into this once, in the file that calls the foreign code. Bugs are assertions, not this.
 */
export class StudioError extends Error {
  readonly code: StudioErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: StudioErrorCode, message: string, options: StudioErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StudioError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  /** What went wrong and, where there is one, the way out, in one line. */
  get sentence(): string {
    return this.hint ? `${this.message} ${this.hint}` : this.message;
  }

  /** The form that crosses process and network boundaries; {@link StudioError.fromJSON} reads it back. */
  toJSON(): { code: StudioErrorCode; message: string; hint?: string; details?: Record<string, unknown> } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  static fromJSON(json: {
    code: StudioErrorCode;
    message: string;
    hint?: string;
    details?: Record<string, unknown>;
  }): StudioError {
    const options: StudioErrorOptions = {};
    if (json.hint !== undefined) options.hint = json.hint;
    if (json.details !== undefined) options.details = json.details;
    return new StudioError(json.code, json.message, options);
  }
}

/** A cancellation travels as this until the job's owner turns it into a result; it is never shown as an error. */
export class CancelledError extends Error {
  constructor() {
    super('Cancelled');
    this.name = 'CancelledError';
  }
}

/** States what must hold for our own code to be right; a failure is a bug, not a user's mistake. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}
