import { expect, it } from 'vitest';
import { maskOperation } from '../../../../electron/contract/masks/maskOperations.ts';
import { takeResult } from '../../../../electron/contract/records.ts';

it('lets no project claim frames or regions larger than any that are read', () => {
  const result = {
    ...{ framesAssetId: 'a'.repeat(64), firstFrameAssetId: 'a'.repeat(64), latentsAssetId: null, frameCount: 1 },
    ...{ width: 8192, height: 8192, framesPerSecond: 8, framesSha256: '', seconds: 1 },
  };
  expect(takeResult.safeParse(result).success).toBe(true);
  for (const more of [{ width: 8193 }, { height: 32_768 }, { frameCount: 1e9 }])
    expect(takeResult.safeParse({ ...result, ...more }).success).toBe(false);
  const region = { kind: 'region', mode: 'paint', width: 32_768, height: 2048, runs: [] };
  expect(maskOperation.safeParse(region).success).toBe(true);
  expect(maskOperation.safeParse({ ...region, height: 32_768 }).success).toBe(false);
});
