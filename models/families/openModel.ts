import { StudioError } from '../errors/studioError.ts';
import type { ModelFiles } from '../model/family.ts';
import { createModel, type Model, type OpenOptions } from '../model/model.ts';
import { type Networks, networks } from '../model/networks.ts';
import { NetworkSet } from '../model/networkTable.ts';
import { requireFinite } from '../weights/finiteness.ts';
import { requireFamily } from './families.ts';

/**
 * Opens the model in a folder, of whichever family. Reads descriptions and weight headers only; parts are built and loaded when asked for.
 * A missing or damaged piece, and every weight that is missing, unused or misshapen, is a StudioError naming it.
 */
export async function openModel(path: string, options: OpenOptions = {}): Promise<Model> {
  const { family, files, networkSet } = await readNetworks(path);
  for (const { weights } of files.parts.values()) {
    if (weights.sizeBytes <= largestCheckedBytes) await requireFinite(weights.label, weights.entries);
  }
  const description = await family.describe(files, networkSet);
  const model = await createModel({ description, networks: networkSet, conditions: family.conditions }, options);
  model.warnings.push(...(files.warnings ?? []));
  return model;
}

/** A model's networks, parsed and their weights' keys and shapes checked. */
export async function readNetworks(path: string) {
  const { folder, family } = requireFamily(path);
  const files = await family.readFiles(folder);
  requireComplete(files);
  const networkSet = new NetworkSet<Networks>(networks, family.name, files.parts, files.manifest);
  networkSet.checkWeights();
  return { family, files, networkSet };
}

/** Networks up to this are read once on opening, for numbers that are not finite; larger ones would take seconds (inspecting does it). */
const largestCheckedBytes = 2 ** 28;

function requireComplete({ folder, missing }: ModelFiles): void {
  if (missing.length === 0) return;
  throw new StudioError('model-incomplete', `${folder} lacks ${missing.join('; ')}.`, {
    hint: 'Put the missing parts there; `magdiff models inspect` lists what is expected.',
    details: { missing },
  });
}
