import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import type { ModelDescription } from './modelParts.ts';

const knownHashes = new Map<string, string>();

/** SHA-256 over a model's description (places on this machine left out) and the content of every weight file, each hashed once per process while its size and time stamp stay. */
export async function hashModel(paths: readonly string[], description: ModelDescription): Promise<string> {
  const { folder: _folder, text, ...facts } = description;
  const { tokenizerFolder: _tokenizer, ...textFacts } = text;
  const hash = createHash('sha256').update(JSON.stringify([facts, textFacts]));
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
