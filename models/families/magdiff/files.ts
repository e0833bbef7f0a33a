import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFiles } from '../../model/family.ts';
import { type Manifest, parseManifest } from '../../model/manifest.ts';
import { networks } from '../../model/networks.ts';
import { type PartFiles, partsOf } from '../../model/networkTable.ts';
import { readJson } from '../../weights/checkpoint.ts';
import { readPart, readScheduler } from '../partFolder.ts';

/** Whether a folder holds a model in our own form. */
export const isOwnFolder = (folder: string): boolean => existsSync(join(folder, 'magdiff.json'));

/** Reads magdiff.json. */
export async function readOwnManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'magdiff.json');
  return parseManifest(await readJson(path), path);
}

/** Parts a model can do without, as its manifest says. */
function isOptional(part: string, manifest: Manifest): boolean {
  switch (part) {
    case 'preview_decoder':
      return true;
    case 'unet_student':
      return !manifest.student;
    case 'hfa_pyramid':
      return manifest.hfa.kind === 'single';
    case 'motion_planner':
      return manifest.subject.otherFrames !== 'planned';
    default:
      return false;
  }
}

/** Sorts out a model folder: each part in a sub-folder of its name, with config.json and weights. */
export async function readOwnFolder(folder: string): Promise<ModelFiles> {
  const manifest = await readOwnManifest(folder);
  const missing: string[] = [];
  const parts = new Map<string, PartFiles>();
  for (const name of partsOf(networks, 'magdiff')) {
    const sub = name === 'unet_student' && manifest.student ? manifest.student.folder : name;
    const part = await readPart(join(folder, sub));
    if (part) parts.set(name, part);
    else if (!isOptional(name, manifest))
      missing.push(`the network ${name} (${join(folder, sub)} with config.json and weights)`);
  }
  const tokenizerFolder = join(folder, 'tokenizer');
  if (!existsSync(join(tokenizerFolder, 'vocab.json')))
    missing.push(`the tokenizer (${join(tokenizerFolder, 'vocab.json')} and merges.txt)`);
  const scheduler = await readScheduler(folder, missing);
  return { folder, manifest, parts, tokenizerFolder, scheduler, missing, strayKeys: [] };
}
