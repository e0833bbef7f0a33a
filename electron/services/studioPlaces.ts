import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const bundledModels = resolve(import.meta.dirname, '../../models/bundled');

/** Version of this program, as its packages and recipes say it. */
export const studioVersion = '0.1.0';

/** Folders whose subfolders are models, in order: those that ship, the one MAGDIFF_MODELS names, the user's own. */
export function modelRoots(bundled: string = bundledModels, home: string = homedir()): string[] {
  return [bundled, ...(process.env.MAGDIFF_MODELS ? [resolve(process.env.MAGDIFF_MODELS)] : []), ownModels(home)];
}

/** The user's own folder of models. */
export const ownModels = (home: string = homedir()): string => join(home, '.magdiff', 'models');

/** The bundled model's folder, whose motion planner serves sets too; undefined where it is not there. */
export function plannerModel(bundled: string = bundledModels): string | undefined {
  const folder = join(bundled, 'magdiff-small');
  return existsSync(join(folder, 'motion_planner', 'config.json')) ? folder : undefined;
}

/** Folder for built graphs and other things that can be made again. */
export function cacheRoot(): string {
  return process.env.MAGDIFF_CACHE ?? join(homedir(), '.magdiff', 'cache');
}
