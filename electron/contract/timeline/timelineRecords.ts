import { z } from 'zod';
import { frame, name, recordId } from '../identities.ts';

/** A row of the timeline. Picture tracks lie over each other by `order`, the highest on top; sound tracks are heard together. */
export const trackRecord = z.strictObject({
  kind: z.literal('track'),
  id: recordId,
  media: z.enum(['video', 'sound']),
  name,
  order: z.number(),
  /** Not heard. */
  muted: z.boolean(),
  /** Not seen. */
  hidden: z.boolean(),
  /** What lies on it stays as it is. */
  locked: z.boolean(),
  /** A factor on the volume of all that lies on it. */
  volume: z.number().min(0).max(2),
});

const share = z.number().min(0).max(1);

/** Parts cut off at the sides of a picture, as shares of its width and height; something must be left. */
export const cropSides = z
  .strictObject({ left: share, top: share, right: share, bottom: share })
  .refine(
    ({ left, right, top, bottom }) => left + right < 1 && top + bottom < 1,
    'must leave something of the picture',
  );

/** Faces a title can be set in. */
export const titleFonts = ['sans', 'serif', 'mono', 'display', 'hand'] as const;

/** A line or a few of text over the picture. Lengths are shares of the frame's height, places of its sides. */
export const titleStyle = z.strictObject({
  text: z.string().max(2000),
  font: z.enum(titleFonts),
  bold: z.boolean(),
  colour: z.string().regex(/^#[0-9a-f]{6}$/, 'must be # and six hexadecimal digits'),
  /** Height of a line's letters. */
  size: z.number().min(0.01).max(1),
  align: z.enum(['left', 'centre', 'right']),
  /** Where its block lies: 0 is left or top, 1 right or bottom. */
  x: share,
  y: share,
  /** A dark edge that keeps it legible over anything. */
  shadow: z.boolean(),
});

/** How a picture meets the frame: all of it with bars, all of the frame with cut sides, or out of shape. */
export const itemFits = ['whole', 'fill', 'stretch'] as const;

/** A piece on the timeline. Positions in timeline frames; `inFrame` in the frames of what it shows. */
export const itemRecord = z
  .strictObject({
    kind: z.literal('item'),
    id: recordId,
    trackId: recordId,
    /** The source or take shown; null: a title. */
    targetId: recordId.nullable(),
    startFrame: frame,
    lengthFrames: z.int().min(1).max(10_000_000),
    inFrame: frame,
    /** How fast it plays; absent: 1. */
    speed: z.number().min(0.1).max(10).optional(),
    /** A factor on its sound; absent: 1. */
    volume: z.number().min(0).max(2).optional(),
    /** Absent: 1. */
    opacity: share.optional(),
    /** Absent: `whole`. */
    fit: z.enum(itemFits).optional(),
    /** What lies below shows in its bars and where it is transparent; absent or false: black does. */
    clear: z.boolean().optional(),
    crop: cropSides.optional(),
    /** Frames over which it comes and goes; absent: 0. */
    fadeInFrames: frame.optional(),
    fadeOutFrames: frame.optional(),
    /** Frames, about its beginning, over which it takes the place of the piece that ends there; absent: 0. */
    crossFadeFrames: frame.optional(),
    title: titleStyle.optional(),
  })
  .refine(
    ({ targetId, title }) => (targetId === null) === (title !== undefined),
    'must show a source, a take or a title',
  );

/** The timeline as a whole, beside its rate. Absent members: as its first clip is, the whole of it, full volume. */
export const timelineFormat = z.strictObject({
  width: z.int().min(16).max(8192).optional(),
  height: z.int().min(16).max(8192).optional(),
  /** First and one past the last frame of the part that is marked. */
  inFrame: frame.optional(),
  outFrame: frame.optional(),
  volume: z.number().min(0).max(2).optional(),
});

export type TrackRecord = z.output<typeof trackRecord>;
export type ItemRecord = z.output<typeof itemRecord>;
export type TitleStyle = z.output<typeof titleStyle>;
export type CropSides = z.output<typeof cropSides>;
export type TimelineFormat = z.output<typeof timelineFormat>;
