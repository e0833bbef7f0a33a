import type { Family } from '../../model/family.ts';
import { magdiffConditions } from './conditions.ts';
import { describeModel } from './describe.ts';
import { isOwnFolder, readOwnFolder, readOwnManifest } from './files.ts';

/** Models in our own single-folder form, the bundled one among them. */
export const magdiff: Family = {
  name: 'magdiff',
  holds: isOwnFolder,
  readManifest: readOwnManifest,
  readFiles: readOwnFolder,
  describe: (files, networks) => describeModel(files, networks, { layout: 'magdiff-folder', padToken: undefined }),
  conditions: magdiffConditions,
  sentence: ({ title, name, licence }) => `the model ${title ?? name}${licence ? ` (${licence})` : ''}`,
};
