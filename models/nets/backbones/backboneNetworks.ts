/** The networks that measures are read with, as entries of tables: each reads sizes that its file's shapes gave. */
import { z } from 'zod';
import { StudioError } from '../../errors/studioError.ts';
import { buildClipText, type ClipTextConfig } from '../clip/clipText.ts';
import type { ClipNaming } from '../clip/clipTransformer.ts';
import type { Network } from '../network.ts';
import { buildDino, type DinoConfig } from './dino.ts';
import { buildInception, type InceptionConfig } from './inception.ts';
import { buildInflatedInception, type InflatedInceptionConfig } from './inflatedInception.ts';
import { buildResidual3d, type Residual3dConfig } from './residual3d.ts';
import { buildWorldReader, type WorldReaderConfig } from './worldReader.ts';

const size = z.int().positive();

/** Sizes as a schema has them, or a sentence that names the file. */
function parsedBy<Config>(schema: z.ZodType<Config>, what: string): (json: unknown, label: string) => Config {
  return (json, label) => {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new StudioError('model-mismatch', `${label} has sizes that no ${what} has.`, {
      hint: 'Fetch one of the published files.',
      details: { sizes: z.prettifyError(parsed.error) },
    });
  };
}

const dinoSizes: z.ZodType<DinoConfig> = z.object({
  ...{ width: size, inner: size, layers: size, heads: size, patchSize: size, placesAcross: size, imageSize: size },
  registers: z.int().min(0),
  epsilon: z.number().positive(),
});

/** pixels (n, 3, size, size) → embedding (n, width): {@link buildDino}. */
export const dino: Network<DinoConfig, { batch: number }, 'pixels', 'embedding'> = {
  parse: parsedBy(dinoSizes, 'transformer of DINO’s form'),
  build: (config, { batch }, dialect, source) => buildDino(config, batch, dialect, source),
  inputs: ['pixels'],
  outputs: ['embedding'],
  probe: () => ({ batch: 1 }),
};

const sentenceSizes: z.ZodType<ClipTextConfig> = z.object({
  ...{ width: size, inner: size, layers: size, heads: size, tokens: size, vocabulary: size, projectionWidth: size },
  activation: z.enum(['gelu', 'quick_gelu']),
  epsilon: z.number().positive(),
  naming: z.enum(['transformers', 'open-clip'] satisfies ClipNaming[]),
});

/** tokenIds (n, tokens) and ends (n) → embedding (n, projection width): {@link buildClipText}. */
export const sentence: Network<ClipTextConfig, { batch: number }, 'tokenIds' | 'ends', 'embedding'> = {
  parse: parsedBy(sentenceSizes, 'CLIP text tower'),
  build: (config, { batch }, dialect, source) =>
    buildClipText(config, { batch, hiddenLayer: 'last', projected: true }, dialect, source),
  inputs: ['tokenIds', 'ends'],
  outputs: ['embedding'],
  probe: () => ({ batch: 1 }),
};

const widths = z.record(z.string(), size);

const inceptionSizes: z.ZodType<InceptionConfig> = z.object({ widths, classes: size, original: z.boolean() });

/** pixels (n, 3, size, size) → logits (n, classes): {@link buildInception}. */
export const inception: Network<InceptionConfig, { batch: number; size: number }, 'pixels', 'logits'> = {
  parse: parsedBy(inceptionSizes, 'Inception v3'),
  build: buildInception,
  inputs: ['pixels'],
  outputs: ['logits'],
  probe: () => ({ batch: 1, size: 75 }),
  // A second head that only training has.
  ignores: () => /^AuxLogits\.|num_batches_tracked$/,
};

/** Frames and side of a clip. */
type ClipShape = { frames: number; size: number };

const inflatedSizes: z.ZodType<InflatedInceptionConfig> = z.object({ widths, classes: size });

/** clip (1, 3, frames, size, size) → logits (1, classes): {@link buildInflatedInception}. */
export const inflatedInception: Network<InflatedInceptionConfig, ClipShape, 'clip', 'logits'> = {
  parse: parsedBy(inflatedSizes, 'I3D'),
  build: buildInflatedInception,
  inputs: ['clip'],
  outputs: ['logits'],
  probe: () => ({ frames: 9, size: 32 }),
  ignores: () => /num_batches_tracked$/,
};

const residualSizes: z.ZodType<Residual3dConfig> = z.object({ widths: z.array(size).length(5) });

/** clip (1, 3, frames, size, size) → embedding (1, width): {@link buildResidual3d}. */
export const residual3d: Network<Residual3dConfig, ClipShape, 'clip', 'embedding'> = {
  parse: parsedBy(residualSizes, 'R3D-18'),
  build: buildResidual3d,
  inputs: ['clip'],
  outputs: ['embedding'],
  probe: () => ({ frames: 8, size: 32 }),
  ignores: () => /^fc\.|num_batches_tracked$/,
};

const worldSizes: z.ZodType<WorldReaderConfig> = z.object({
  ...{ side: size, channels: size, frames: size, embedding: size },
  widths: z.array(size).min(1).max(8),
  values: z.array(z.string()).min(2).max(200),
});

/** pixels (n, channels, side, side) → embedding (n, width) and logits (n, values): {@link buildWorldReader}. */
export const worldReader: Network<WorldReaderConfig, { batch: number }, 'pixels', 'embedding' | 'logits'> = {
  parse: parsedBy(worldSizes, 'reader of a small world'),
  build: buildWorldReader,
  inputs: ['pixels'],
  outputs: ['embedding', 'logits'],
  probe: () => ({ batch: 1 }),
};
