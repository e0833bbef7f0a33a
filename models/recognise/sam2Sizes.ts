/** Published sizes of SAM 2 and 2.1, told by the shapes of a checkpoint's tensors. */

/** Shapes of a checkpoint by key; undefined where it has no such key. */
export type ShapesOfKeys = (key: string) => readonly number[] | undefined;

/** What a trunk's shapes do not tell: its heads, and where it looks at windows and where at the whole picture. */
export interface TrunkHabits {
  readonly heads: number;
  readonly windows: readonly number[];
  readonly globalBlocks: readonly number[];
}

/** A published size: told by its trunk's width and blocks. */
export interface PublishedSize extends TrunkHabits {
  readonly name: string;
  readonly width: number;
  readonly stages: readonly number[];
}

/** Every published size (facebookresearch/sam2, configs/sam2.1 and configs/sam2). */
const publishedSizes: readonly PublishedSize[] = [
  { name: 'tiny', width: 96, heads: 1, stages: [1, 2, 7, 2], windows: [8, 4, 14, 7], globalBlocks: [5, 7, 9] },
  { name: 'small', width: 96, heads: 1, stages: [1, 2, 11, 2], windows: [8, 4, 14, 7], globalBlocks: [7, 10, 13] },
  { name: 'base+', width: 112, heads: 2, stages: [2, 3, 16, 3], windows: [8, 4, 14, 7], globalBlocks: [12, 16, 20] },
  { name: 'large', width: 144, heads: 2, stages: [2, 6, 36, 4], windows: [8, 4, 16, 8], globalBlocks: [23, 33, 43] },
];

const trunk = 'image_encoder.trunk.';

/** Blocks of a trunk beyond which it is none of ours; keeps a lying header from keeping us busy. */
const mostBlocks = 256;

/** Blocks per stage: a stage begins where a block is wider than what it is given. */
export function stagesOfTrunk(shapes: ShapesOfKeys): readonly number[] {
  const stages = [0];
  for (let block = 0; block < mostBlocks && shapes(`${trunk}blocks.${block}.norm1.weight`); block++) {
    if (shapes(`${trunk}blocks.${block}.proj.weight`)) stages.push(0);
    stages[stages.length - 1] = (stages.at(-1) ?? 0) + 1;
  }
  return stages;
}

/** Which version a checkpoint is of and which published size; undefined where it is no SAM 2. `size` is undefined where it is none of them. */
export function sam2Kind(
  shapes: ShapesOfKeys,
): { readonly version: '2' | '2.1'; readonly size: PublishedSize | undefined } | undefined {
  const keys = [`${trunk}pos_embed_window`, 'maskmem_tpos_enc', 'memory_attention.norm.weight'];
  if (!keys.every((key) => shapes(key) !== undefined)) return undefined;
  const width = shapes(`${trunk}patch_embed.proj.weight`)?.[0];
  const stages = stagesOfTrunk(shapes).join();
  const size = publishedSizes.find((published) => published.width === width && published.stages.join() === stages);
  return { version: shapes('no_obj_embed_spatial') ? '2.1' : '2', size };
}
