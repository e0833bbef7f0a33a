import { describe, expect, test } from 'vitest';
import { type FrameOutput, halvesOf, MemoryBank, writeHalves } from '../../../../../models/families/sam2/memoryBank.ts';
import type { Sam2Config } from '../../../../../models/nets/sam2/sam2Config.ts';

const config: Sam2Config = {
  trunk: { width: 8, heads: 1, stages: [1, 1, 1, 1], windows: [8, 4, 4, 2], globalBlocks: [], positions: 7 },
  imageSize: 64,
  width: 16,
  memoryWidth: 8,
  memories: 7,
  attentionLayers: 1,
  attentionInner: 16,
  decoderInner: 16,
  iouInner: 16,
  maskChannels: 16,
  memoryBlocks: 1,
  placedPointers: true,
  absentMemories: true,
};

/** An output that is told by its number. */
const output = (frame: number): FrameOutput => ({
  logits: new Float32Array(1),
  score: 1,
  quality: 1,
  stability: 1,
  pointer: Float32Array.of(frame),
  memory: Uint16Array.of(frame),
});

const bank = (conditioning: readonly number[], followed: readonly number[]): MemoryBank => {
  const made = new MemoryBank();
  for (const frame of conditioning) made.conditioning.set(frame, output(frame));
  for (const frame of followed) made.followed.set(frame, output(frame));
  return made;
};

const frames = (numbers: Iterable<Uint16Array | Float32Array>): number[] => [...numbers].map((one) => one[0] ?? -1);

describe('what a frame looks at', () => {
  test('the conditioning frame and the six before, the oldest first', () => {
    const made = bank([0], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const { memories, ages, pointers } = made.recall({ frame: 10, frameCount: 20, reverse: false }, config);
    expect(frames(memories)).toEqual([0, 4, 5, 6, 7, 8, 9]);
    expect(ages).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(frames(pointers)).toEqual([0, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  test('backwards, the six behind; conditioning frames not yet passed give no pointer', () => {
    const made = bank([2, 12], [11, 10, 9]);
    const { memories, pointers } = made.recall({ frame: 8, frameCount: 20, reverse: true }, config);
    expect(frames(memories)).toEqual([2, 12, 11, 10, 9]);
    expect(frames(pointers)).toEqual([12, 9, 10, 11]);
  });

  test('at most sixteen pointers beside the conditioning ones, and sixteen conditioning frames, the nearest', () => {
    const many = Array.from({ length: 30 }, (_, index) => 2 * index);
    const { memories } = bank(many, []).recall({ frame: 31, frameCount: 100, reverse: false }, config);
    expect(memories.length).toBeGreaterThanOrEqual(16);
    expect(memories.length).toBeLessThanOrEqual(22);
    expect(frames(memories)).toContain(30);
    const long = bank(
      [0],
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    expect(long.recall({ frame: 50, frameCount: 100, reverse: false }, config).pointers).toHaveLength(16);
  });
});

test('memories keep the upper half of a number, rounded to the nearest', () => {
  const values = Float32Array.from([1, -2.5, 1 + 2 ** -9, 1 + 2 ** -8, 1 + 3 * 2 ** -9, 0]);
  const target = new Float32Array(8);
  writeHalves(halvesOf(values), target, 1);
  expect([...target]).toEqual([0, 1, -2.5, 1, 1, 1 + 2 ** -7, 0, 0]);
});
