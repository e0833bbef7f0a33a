import { z } from 'zod';
import { errorOnWire } from '../errorOnWire.ts';
import { recordId } from '../identities.ts';

/** What a take's attention maps are: see `AttentionMaps` of the pipeline. */
export const attentionFacts = z.strictObject({
  /** The prompt's words that the model reads, in order. */
  words: z.array(z.string()).max(200),
  /** Shares of the noise schedule, from noise to picture. */
  levels: z.array(z.number()).min(1).max(64),
  /** Groups of layers. */
  groups: z.array(z.string()).min(1).max(64),
  frames: z.int().min(1).max(100_000),
  height: z.int().min(1).max(1024),
  width: z.int().min(1).max(1024),
  /** The largest share of each map, (levels, groups, words + 1): what 255 stands for in it. */
  peaks: z.array(z.number()),
});

/** See {@link attentionFacts}. */
export type AttentionFacts = z.output<typeof attentionFacts>;

/** A take's maps, as they are told. `url`: bytes (levels, groups, words + 1, frames, height, width); behind the words comes the picture. */
export const attentionView = attentionFacts.extend({ url: z.string() });

/** See {@link attentionView}. */
export type AttentionView = z.output<typeof attentionView>;

/** Told when a take's maps were read, or could not be. */
export const attentionEvent = z.strictObject({
  type: z.literal('attention'),
  projectId: z.string(),
  takeId: recordId,
  attention: attentionView.nullable(),
  error: errorOnWire.nullable(),
});

/** Calls about attention. */
export const attentionMethods = {
  /** Reads where a take's words and pictures were looked at; the maps arrive as an `attention` event. */
  'takes.attention': {
    input: z.strictObject({ projectId: z.string().max(200), takeId: recordId }),
    output: z.strictObject({}),
  },
} as const;
