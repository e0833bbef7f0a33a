import { z } from 'zod';

const coordinate = z.number().min(-1e6).max(1e6);
const size = z.int().min(1).max(32_768);

/** Most pixels of a region; the largest frame has as many. */
const mostRegionPixels = 8192 * 8192;

/** A number's list that is a flat run of groups of `group` values. */
const flat = (group: number, limit: number) =>
  z
    .array(coordinate)
    .max(limit * group)
    .refine((values) => values.length % group === 0, `must hold ${group} numbers per point`);

const mode = z.enum(['paint', 'erase']);

/** What a region was selected by; the same form as `RegionPrompt` in models/masks, checked. */
export const regionPrompt = z.strictObject({
  points: z.array(z.strictObject({ x: coordinate, y: coordinate, adds: z.boolean() })).max(200),
  box: z.tuple([coordinate, coordinate, coordinate, coordinate]).nullable(),
});

/** One gesture on a mask; the same form as `MaskOperation` in models/masks, checked. */
export const maskOperation = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('stroke'),
    mode,
    radius: z.number().min(0.1).max(8192),
    hardness: z.number().min(0).max(1),
    points: flat(3, 20_000),
  }),
  z.strictObject({ kind: z.literal('lasso'), mode, points: flat(2, 20_000) }),
  z.strictObject({
    kind: z.literal('rectangle'),
    mode,
    x: coordinate,
    y: coordinate,
    width: z.number().min(0).max(1e6),
    height: z.number().min(0).max(1e6),
  }),
  z.strictObject({ kind: z.literal('fill'), mode }),
  z.strictObject({ kind: z.literal('flood'), mode, x: coordinate, y: coordinate }),
  z.strictObject({ kind: z.literal('invert') }),
  z
    .strictObject({
      kind: z.literal('region'),
      mode,
      width: size,
      height: size,
      /** Run lengths, row by row. */
      runs: z
        .array(
          z
            .int()
            .min(0)
            .max(2 ** 31),
        )
        .max(2_000_000),
      prompt: regionPrompt.optional(),
    })
    .refine(({ width, height }) => width * height <= mostRegionPixels, 'is larger than any frame'),
]);

/** A whole mask as strokes; the same form as `MaskDrawing` in models/masks, checked. */
export const maskDrawing = z.strictObject({
  width: size,
  height: size,
  growPixels: z.number().min(-1024).max(1024),
  featherPixels: z.number().min(0).max(1024),
  softEdges: z.boolean().optional(),
  keys: z
    .array(
      z.strictObject({
        frameIndex: z.int().min(0),
        interpolation: z.enum(['hold', 'linear']),
        operations: z.array(maskOperation).max(100_000),
      }),
    )
    .max(100_000),
});
