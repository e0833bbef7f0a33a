import type { Family } from '../../model/family.ts';
import { magdiffConditions } from '../magdiff/conditions.ts';
import { describeModel } from '../magdiff/describe.ts';
import { findCombined, readRelease, releasedManifest } from './files.ts';

/** The form of the authors' release: a diffusers Stable Diffusion folder beside MagDiff.pth or MagDiff.safetensors. */
export const magdiffRelease: Family = {
  name: 'magdiffRelease',
  holds: (folder) => findCombined(folder) !== undefined,
  readManifest: async () => releasedManifest,
  readFiles: readRelease,
  describe: (files, networks) => describeModel(files, networks, { layout: 'stable-diffusion', padToken: '!' }),
  conditions: magdiffConditions,
  sentence: () => 'a Stable Diffusion folder with a MagDiff checkpoint, the form of the release',
};
