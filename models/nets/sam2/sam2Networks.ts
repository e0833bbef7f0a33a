/** SAM 2's networks as entries of a table: all read one configuration and one file. */
import type { Network } from '../network.ts';
import { buildImageEncoder } from './imageEncoder.ts';
import { buildMaskDecoder, type MaskDecoderShape } from './maskDecoder.ts';
import { buildMemoryAttention, type MemoryAttentionShape } from './memoryAttention.ts';
import { buildMemoryEncoder, type MemoryEncoderShape } from './memoryEncoder.ts';
import { parseSam2Config, type Sam2Config } from './sam2Config.ts';

/** Every weight of the file has a use but the position of a memory that is not there, which the published predictor leaves out too. */
const ignores = (): RegExp => /^no_mem_pos_enc$/;

/** Pixels to features: {@link buildImageEncoder}. */
export const imageEncoder: Network<
  Sam2Config,
  Readonly<Record<string, never>>,
  'pixels',
  'features' | 'high0' | 'high1'
> = { parse: parseSam2Config, build: buildImageEncoder, probe: () => ({}), ignores };

/** Features and prompts to masks: {@link buildMaskDecoder}. */
export const maskDecoder: Network<
  Sam2Config,
  MaskDecoderShape,
  'features' | 'high0' | 'high1' | 'places' | 'kinds' | 'mask',
  'masks' | 'qualities' | 'score' | 'pointers' | 'absent'
> = { parse: parseSam2Config, build: buildMaskDecoder, probe: () => ({ points: 1, mask: 'whole', fresh: true }) };

/** Features and a mask to a memory: {@link buildMemoryEncoder}. */
export const memoryEncoder: Network<Sam2Config, MemoryEncoderShape, 'features' | 'mask' | 'present', 'memory'> = {
  parse: parseSam2Config,
  build: buildMemoryEncoder,
  probe: () => ({ hard: false }),
};

/** Features and memories to features that have seen them: {@link buildMemoryAttention}. */
export const memoryAttention: Network<
  Sam2Config,
  MemoryAttentionShape,
  'features' | 'memories' | 'ages' | 'pointers' | 'distances',
  'attended'
> = { parse: parseSam2Config, build: buildMemoryAttention, probe: () => ({ memories: 1, pointers: 1 }) };
