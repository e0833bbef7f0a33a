import type { Family } from '../../model/family.ts';
import { setConditions } from './conditions.ts';
import { describeSet } from './describe.ts';
import { readSetFiles, readSetManifest } from './files.ts';
import { holdsSet } from './setFile.ts';

/** Sets of the files people have: Stable Diffusion 1.5, AnimateDiff, IP-Adapter and LoRAs, named by a folder's set.json. */
export const sd15: Family = {
  name: 'sd15',
  holds: holdsSet,
  readManifest: readSetManifest,
  readFiles: readSetFiles,
  describe: describeSet,
  conditions: setConditions,
  sentence: ({ title, name }) => `the set ${title ?? name}, on Stable Diffusion 1.5`,
};
