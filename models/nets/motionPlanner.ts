/** The motion planner: caption tokens and a noisy path in, the clean path out; a small transformer over both. */

import { z } from 'zod';
import { StudioError } from '../errors/studioError.ts';
import type { Dialect } from '../onnx/dialect.ts';
import { add, embed } from '../onnx/elementwise.ts';
import { type Graph, GraphBuilder } from '../onnx/graphBuilder.ts';
import { concatenate, reshape, slice } from '../onnx/shaping.ts';
import type { WeightSource } from '../onnx/types.ts';
import { type ClipTowerSizes, clipLayers } from './clip/clipTransformer.ts';
import { layerNormLayer, linearLayer } from './modules.ts';
import type { Network } from './network.ts';
import { timeEmbedding } from './timeEmbedding.ts';

const schema = z.object({
  vocab_size: z.int().positive(),
  text_tokens: z.int().positive(),
  waypoints: z.int().min(2),
  hidden_size: z.int().positive(),
  intermediate_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  layer_norm_eps: z.number().positive().default(1e-5),
  spread: z.tuple([z.number().positive(), z.number().positive(), z.number().positive(), z.number().positive()]),
  extents: z.tuple([z.number().positive(), z.number().positive()]).default([0.21, 0.75]),
});

/** A motion planner, as its config.json describes it. */
export interface MotionPlannerConfig extends ClipTowerSizes {
  readonly vocabulary: number;
  /** Tokens of the caption. */
  readonly tokens: number;
  /** Points of a path, evenly spaced over the clip, the first at its start. */
  readonly waypoints: number;
  /** What one unit of the network's path means: offset right and down in half canvases, log of the size, angle in radians. */
  readonly spread: readonly [number, number, number, number];
  /** Smallest and largest subject it was trained with, as the longer side's share of the canvas. */
  readonly extents: readonly [number, number];
}

/** Reads a planner's config.json; `label` names the file in messages. */
export function parseMotionPlannerConfig(json: unknown, label: string): MotionPlannerConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new StudioError(
      'format-damaged',
      `${label} is no motion planner's configuration: ${z.prettifyError(parsed.error)}.`,
    );
  const config = parsed.data;
  return {
    vocabulary: config.vocab_size,
    tokens: config.text_tokens,
    waypoints: config.waypoints,
    width: config.hidden_size,
    inner: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    activation: 'gelu',
    epsilon: config.layer_norm_eps,
    spread: config.spread,
    extents: config.extents,
  };
}

/** Numbers of one waypoint: offset right, offset down, log size, angle. */
export const waypointNumbers = 4;

/**
 * Builds it: tokenIds (1, tokens) int64, path (1, waypoints, 4), timestep (1), start (1, 3: the subject's centre in −1..1, right and
 * down, and its longer side as a share of the canvas) → clean (1, waypoints, 4), the path without noise in units of `spread`.
 */
export function buildMotionPlanner(config: MotionPlannerConfig, dialect: Dialect, source: WeightSource): Graph {
  const b: GraphBuilder = new GraphBuilder('motion_planner', dialect, source);
  const { tokens, waypoints, width, vocabulary, epsilon } = config;
  const ids = b.input('tokenIds', 'int64', [1, tokens]);
  const path = b.input('path', 'float32', [1, waypoints, waypointNumbers]);
  const start = b.input('start', 'float32', [1, 3]);
  const words = b.scope('token_embedding', () => embed(b.weight('weight', [vocabulary, width]), ids));
  const given = add(
    linearLayer(b, 'start_in', start, width),
    timeEmbedding(b, b.input('timestep', 'float32', [1]), {
      width,
      outputs: width,
      flipSinToCos: true,
      frequencyShift: 0,
    }),
  );
  const points = add(linearLayer(b, 'path_in', path, width), reshape(given, [1, 1, width]));
  const places = b.scope('position_embedding', () => b.weight('weight', [tokens + waypoints, width]));
  const embedded = add(concatenate([words, points], 1), reshape(places, [1, tokens + waypoints, width]));
  const seen = clipLayers(b, embedded, config, 'transformers', config.layers);
  const own = layerNormLayer(b, 'final_layer_norm', slice(seen, 1, tokens, tokens + waypoints), epsilon);
  b.output('clean', linearLayer(b, 'path_out', own, waypointNumbers));
  return b.finish();
}

/**
 * The planner as an entry of the table of networks: tokenIds int64 (1, tokens), path (1, waypoints, 4), timestep (1), start (1, 3) →
 * clean (1, waypoints, 4). It has one shape.
 */
export const motionPlanner: Network<
  MotionPlannerConfig,
  Readonly<Record<never, never>>,
  'tokenIds' | 'path' | 'timestep' | 'start',
  'clean'
> = {
  parse: parseMotionPlannerConfig,
  build: (config, _shape, dialect, source) => buildMotionPlanner(config, dialect, source),
  inputs: ['tokenIds', 'path', 'timestep', 'start'],
  outputs: ['clean'],
  probe: () => ({}),
};
