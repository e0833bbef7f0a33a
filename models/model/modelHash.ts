import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import type { ModelDescription } from './description.ts';

const knownHashes = new Map<string, string>();

/**
 * SHA-256 over what a model's answers depend on: the facts of its description (places on this machine left out) and the content of every
 * weight file, each hashed once per process while its size and time stamp stay. Facts are listed one by one and in order, so that the
 * hash of a model stays as it is when descriptions grow.
 */
export async function hashModel(paths: readonly string[], description: ModelDescription): Promise<string> {
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
  for (const path of paths) hash.update(await hashFile(path));
  return hash.digest('hex');
}

async function hashFile(path: string): Promise<string> {
  const { size, mtimeMs } = statSync(path);
  const key = `${path}\n${size}\n${mtimeMs}`;
  const known = knownHashes.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 22 })) hash.update(chunk);
  const digest = hash.digest('hex');
  knownHashes.set(key, digest);
  return digest;
}
