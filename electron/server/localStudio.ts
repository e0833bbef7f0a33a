import { homedir } from 'node:os';
import { join } from 'node:path';
import { EngineHost } from '../engine/engineHost.ts';
import { studioMedia } from '../services/studioMedia.ts';
import { type RunningStudio, type StudioOptions, startStudio } from './startStudio.ts';

/** {@link StudioOptions} without the ports: these are this machine's own. */
export type LocalStudioOptions = Omit<StudioOptions, 'engine' | 'media'> & {
  /** Where built graphs are kept; absent: `.magdiff/cache` in the user's home. */
  cacheFolder?: string | undefined;
};

/** Starts the studio on this machine's own engine and media tools: what the window, `magdiff serve` and the tests start. */
export function startLocalStudio(options: LocalStudioOptions = {}): Promise<RunningStudio> {
  const cacheFolder = options.cacheFolder ?? process.env.MAGDIFF_CACHE ?? join(homedir(), '.magdiff', 'cache');
  return startStudio({ ...options, engine: new EngineHost({ cacheFolder }), media: studioMedia });
}
