import { createHash } from 'node:crypto';
import { StudioError } from '../errors/studioError.ts';
import type { LatentShape } from '../math/frames.ts';
import type { RunStore } from '../weights/runStore.ts';

/** SHA-256 of a request in canonical JSON: a saved state is only resumed by the same request. */
export function requestKey(request: unknown): string {
  const canonical = JSON.stringify(request, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(canonical).digest('hex');
}

/** Saves finished latents before anything is decoded, so that a failing decoder costs nothing. */
export async function saveLatents(
  store: RunStore | undefined,
  latents: Float32Array,
  shape: LatentShape,
): Promise<void> {
  await store?.save('latents', { facts: { ...shape }, arrays: { latents } });
}

/** Reads {@link saveLatents} back. @throws StudioError `asset-missing` where there are none of that shape */
export async function loadLatents(store: RunStore | undefined, shape: LatentShape): Promise<Float32Array> {
  const saved = await store?.load('latents');
  const count = shape.channels * shape.frames * shape.height * shape.width;
  if (saved?.arrays.latents?.length === count) return saved.arrays.latents;
  throw new StudioError('asset-missing', 'There are no finished latents to decode.', {
    hint: 'Run the take again from its recipe.',
  });
}
