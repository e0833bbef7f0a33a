import { EngineHost } from '../engine/engineHost.ts';
import { studioMedia } from '../services/media/studioMedia.ts';
import { cacheRoot, modelRoots } from '../services/studioPlaces.ts';
import { type RunningStudio, type StudioOptions, startStudio } from './startStudio.ts';

/** {@link StudioOptions} without the ports: these are this machine's own. */
export type LocalStudioOptions = Omit<StudioOptions, 'engine' | 'media' | 'modelRoots'> & {
  /** Folder of the models that ship; absent: the source tree's. */
  bundledModels?: string | undefined;
  /** Folders whose subfolders are models, in the place of the shipped ones and the user's. */
  modelRoots?: readonly string[] | undefined;
  /** Where built graphs are kept; absent: `.magdiff/cache` in the user's home. */
  cacheFolder?: string | undefined;
};

/** Starts the studio on this machine's own engine and media tools: what the window, `magdiff serve` and the tests start. */
export function startLocalStudio(options: LocalStudioOptions = {}): Promise<RunningStudio> {
  return startStudio({
    ...options,
    modelRoots: options.modelRoots ?? modelRoots(options.bundledModels),
    engine: new EngineHost({ cacheFolder: options.cacheFolder ?? cacheRoot() }),
    media: studioMedia,
  });
}
