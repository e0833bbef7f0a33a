import { z } from 'zod';

/** Identity of a record: letters, digits, dash and underscore. */
export const recordId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores');

/** SHA-256 of an asset's bytes, in hexadecimal; its only name. */
export const assetId = z.string().regex(/^[0-9a-f]{64}$/, 'must be the 64 hexadecimal digits of a SHA-256');

/** A name that a person gave. */
export const name = z.string().min(1).max(200);
/** A length in pixels. */
export const pixels = z.int().min(1).max(32_768);
/** Number of a frame, from 0. */
export const frame = z.int().min(0).max(10_000_000);
/** A side of a frame that is decoded, in pixels; a frame of the largest sides is the largest that is read. */
export const framePixels = z.int().min(1).max(8192);
