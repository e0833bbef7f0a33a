import { StudioError } from '../../../models/errors/studioError.ts';
import type { TakeRecord } from '../../contract/records.ts';
import type { AssetStore } from '../projects/store/assetStore.ts';
import { framePathsOf } from '../projects/takeFrames.ts';

/** Reads which assets a take's frames are; what comes back says where a frame lies. @throws StudioError `project-damaged` for one it lacks */
export async function takeFramePaths(
  assets: AssetStore,
  { name, result }: TakeRecord,
): Promise<(frame: number) => string> {
  const paths = await framePathsOf(assets, result.framesAssetId, name);
  return (frame) => {
    const path = paths[frame];
    if (path === undefined)
      throw new StudioError('project-damaged', `${name} has no frame ${frame + 1}.`, {
        hint: 'Make the take anew from its recipe.',
      });
    return path;
  };
}
