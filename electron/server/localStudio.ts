import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ModelCatalogue } from '../services/modelCatalogue.ts';
import { studioEngine } from '../services/studioEngine.ts';
import { studioMedia } from '../services/studioMedia.ts';
import { type RunningStudio, type StudioOptions, startStudio } from './startStudio.ts';

/** {@link StudioOptions} without the ports: these are this machine's own. */
export type LocalStudioOptions = Omit<StudioOptions, 'engine' | 'media'> & {
  /** Where built graphs are kept; absent: `.magdiff/cache` in the user's home. */
  cacheFolder?: string | undefined;
};

/** Starts the studio on this machine's own engine and media tools: what the window, `magdiff serve` and the tests start. */
export function startLocalStudio(options: LocalStudioOptions = {}): Promise<RunningStudio> {
  const roots = options.modelRoots ?? [resolve(import.meta.dirname, '../../models/bundled')];
  const catalogue = new ModelCatalogue(roots);
  const engine = studioEngine(
    { cacheFolder: options.cacheFolder ?? process.env.MAGDIFF_CACHE ?? join(homedir(), '.magdiff', 'cache') },
    async () => {
      const [first] = await catalogue.list();
      return first && catalogue.folderOf(first.id);
    },
  );
  return startStudio({ ...options, modelRoots: roots, engine, media: studioMedia });
}
