import { expect, test } from 'vitest';
import { tinyDecoderTensors } from '../../../../../models/families/sd15/keys/tinyDecoderKeys.ts';
import { buildTinyDecoder, parseTinyDecoderConfig } from '../../../../../models/nets/tinyDecoder.ts';
import { dialectOf } from '../../../../../models/onnx/dialect.ts';
import { RecordingSource } from '../../../../../models/onnx/sources/recordingSource.ts';
import type { StoredTensor } from '../../../../../models/weights/storedTensor.ts';

/** The keys of TAESD's own decoder: a clamp, then convolutions, activations, blocks and enlargements, each with a number. */
const ownKeys: readonly string[] = [
  '1.weight',
  '1.bias',
  ...[3, 4, 5, 8, 9, 10, 13, 14, 15, 18].flatMap((block) =>
    [0, 2, 4].flatMap((layer) => [`${block}.conv.${layer}.weight`, `${block}.conv.${layer}.bias`]),
  ),
  ...['7.weight', '12.weight', '17.weight', '19.weight', '19.bias'],
];

test('TAESD’s own file has every key its network asks for, and no other', () => {
  const asked = new RecordingSource();
  buildTinyDecoder(parseTinyDecoderConfig({}, 'taesd'), { batch: 1, height: 8, width: 8 }, dialectOf('plain'), asked);
  const stored: StoredTensor = { dtype: 'float16', shape: [1], path: 'x', offset: 0, length: 2 };
  const renamed = tinyDecoderTensors(new Map(ownKeys.map((key) => [key, stored])));
  expect([...(renamed?.keys() ?? [])].sort()).toEqual([...asked.entries.keys()].sort());
});
