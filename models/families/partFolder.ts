import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PartFiles } from '../model/networkTable.ts';
import { findWeightFile, readCheckpoint, readJson } from '../weights/checkpoint.ts';
import { KeyedWeights } from '../weights/keyedWeights.ts';

/** The files of a network in a folder of its own, config.json and weights; undefined where one of them is missing. */
export async function readPart(folder: string): Promise<PartFiles | undefined> {
  const file = findWeightFile(folder);
  const configPath = join(folder, 'config.json');
  if (!file || !existsSync(configPath)) return undefined;
  return {
    config: await readJson(configPath),
    configLabel: configPath,
    weights: new KeyedWeights(file, [{ index: await readCheckpoint(file) }]),
  };
}

/** A model's scheduler_config.json; where there is none, a sentence is added to `missing`. */
export async function readScheduler(folder: string, missing: string[]): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, 'scheduler', 'scheduler_config.json');
  if (!existsSync(path)) {
    missing.push(`the noise schedule (${path})`);
    return {};
  }
  const json = await readJson(path);
  return typeof json === 'object' && json !== null ? Object.fromEntries(Object.entries(json)) : {};
}
