import { createHash } from 'node:crypto';
import { hashFile } from '../weights/fileHash.ts';
import type { ModelDescription } from './description.ts';

/**
 * SHA-256 over what a model's answers depend on: the facts of its description (places on this machine left out) and the content of every
 * weight file, each hashed once while its size and time stamp stay. Facts are listed one by one and in order, so that the
 * hash of a model stays as it is when descriptions grow.
 */
export async function hashModel(
  paths: readonly string[],
  description: ModelDescription,
  cacheFolder?: string,
): Promise<string> {
  const { layout, name, title, licence, width, height, frames, framesPerSecond, image, otherFrames } = description;
  const { hfa, guidance, noiseAlpha, steps, student, vae, unet, scheduler, hasPreviewDecoder, latentToRgb } =
    description;
  const motion = description.motion && { waypoints: description.motion.waypoints, spread: description.motion.spread };
  const facts = { layout, name, title, licence, width, height, frames, framesPerSecond, image, otherFrames, motion };
  const more = { hfa, guidance, noiseAlpha, steps, student, vae, unet, scheduler, hasPreviewDecoder, latentToRgb };
  const { hiddenLayer, tokens, padToken } = description.text;
  const text = { hiddenLayer, tokens, padToken };
  const hash = createHash('sha256').update(JSON.stringify([{ ...facts, ...more }, text]));
  if (description.settings) hash.update(JSON.stringify(description.settings));
  for (const path of paths) hash.update(await hashFile(path, cacheFolder));
  return hash.digest('hex');
}
