import { join } from 'node:path';
import * as sd15 from '../../nets/sd15/contextInputs.ts';
import { parseMotionConfig } from '../../nets/sd15/motionModule.ts';
import { buildSd15Unet } from '../../nets/sd15/unet.ts';
import { alphaKeys, buildContext } from '../../nets/unet/contextKeyValues.ts';
import { buildUnet } from '../../nets/unet/unet.ts';
import { crossAttentionLayers, parseUnetConfig } from '../../nets/unet/unetConfig.ts';
import { type Dialect, dialectOf } from '../../onnx/dialect.ts';
import type { Graph } from '../../onnx/graphBuilder.ts';
import { RecordingSource } from '../../onnx/sources/recordingSource.ts';
import type { WeightSource } from '../../onnx/types.ts';
import { writeRandomWeights } from './randomWeights.ts';
import { releasedShape, releasedUnet } from './released.ts';

/** A UNet of a published size, to be measured with random weights. */
export interface BenchSubject {
  /** What it is, within a sentence. */
  readonly title: string;
  /** What is run, for the line that tells of its step. */
  readonly run: string;
  /** Least share of the convolutions' rate. */
  readonly rateBound: number;
  /** What its graph follows from beside the weights. */
  readonly facts: unknown;
  /** Its weight files, and which keys each holds. */
  readonly files: Readonly<Record<string, (key: string) => boolean>>;
  /** Writes them into a folder. */
  write(folder: string): Promise<void>;
  build(dialect: Dialect, source: WeightSource): Graph;
  /** Asks for every weight there is: the graph's and those that what it is fed is computed with. */
  declare(source: WeightSource): void;
}

/** Writes every declared key into the file that holds it. */
async function writeFiles(
  folder: string,
  { files }: Pick<BenchSubject, 'files'>,
  declared: RecordingSource,
): Promise<void> {
  for (const [name, holds] of Object.entries(files))
    await writeRandomWeights(join(folder, name), new Map([...declared.entries].filter(([key]) => holds(key))));
}

/** The released MagDiff's UNet: 8 frames of 256×256, both guidance branches. */
const released: BenchSubject = {
  title: 'the released size',
  run: '8 frames, 256×256, guidance on',
  rateBound: 0.75,
  facts: [releasedUnet, releasedShape],
  files: { 'released.safetensors': () => true },
  build: (dialect, source) => buildUnet(releasedUnet, releasedShape, dialect, source),
  declare(source) {
    released.build(dialectOf('plain'), source);
    buildContext(releasedUnet, releasedShape, dialectOf('plain'), source);
    for (const { name } of crossAttentionLayers(releasedUnet))
      for (const key of Object.values(alphaKeys(name))) source.find(key, [1]);
  },
  async write(folder) {
    const declared = new RecordingSource();
    released.declare(declared);
    await writeFiles(folder, released, declared);
  },
};

const sd15Unet = parseUnetConfig(
  {
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [320, 640, 1280, 1280],
    down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
    layers_per_block: 2,
    cross_attention_dim: 768,
    attention_head_dim: 8,
  },
  'Stable Diffusion 1.5’s UNet',
);
const sd15Motion = parseMotionConfig(
  { use_motion_mid_block: false, motion_max_seq_length: 32, norm_readings: 'original' },
  'AnimateDiff’s module, version 3',
);
const sd15Shape = { batch: 1, frames: 16, height: 32, width: 32, textTokens: 77, imageTokens: 4 } as const;
const isMotion = (key: string): boolean => key.includes('motion_modules');
const isAdapter = (key: string): boolean => key.includes('_ip.');

/** Stable Diffusion 1.5 with AnimateDiff and an IP-Adapter: 16 frames of 256×256 without guidance. */
const stableDiffusion: BenchSubject = {
  title: 'Stable Diffusion 1.5 with AnimateDiff and an IP-Adapter',
  run: '16 frames, 256×256, no guidance',
  rateBound: 0.8,
  facts: [sd15Unet, sd15Motion, sd15Shape],
  files: {
    'sd15-base.safetensors': (key) => !isMotion(key) && !isAdapter(key),
    'sd15-motion.safetensors': isMotion,
    'sd15-adapter.safetensors': isAdapter,
  },
  build: (dialect, source) => buildSd15Unet({ unet: sd15Unet, motion: sd15Motion }, sd15Shape, dialect, source),
  declare(source) {
    stableDiffusion.build(dialectOf('plain'), source);
    sd15.buildContext(sd15Unet, sd15Shape, dialectOf('plain'), source);
  },
  async write(folder) {
    // Tables of frame positions are computed, never read.
    const declared = new RecordingSource((key) => !key.endsWith('pos_embed.pe'));
    stableDiffusion.declare(declared);
    await writeFiles(folder, stableDiffusion, declared);
  },
};

/** Everything that can be measured, by the name the command line gives it. */
export const benchSubjects = { released, sd15: stableDiffusion } as const satisfies Record<string, BenchSubject>;
