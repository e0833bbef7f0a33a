import { StudioError } from '../../../models/errors/studioError.ts';
import { parseBoundedJson } from '../../../models/files/boundedJson.ts';
import { frameList } from '../../contract/jobs.ts';
import type { TakeRecord } from '../../contract/records.ts';
import type { AssetStore } from '../projects/store/assetStore.ts';

/** Reads which assets a take's frames are; what comes back says where a frame lies. @throws StudioError `project-damaged` for one it lacks */
export async function takeFramePaths(
  assets: AssetStore,
  { name, result }: TakeRecord,
): Promise<(frame: number) => string> {
  const ids = frameList.parse(parseBoundedJson((await assets.read(result.framesAssetId)).toString('utf8'), name));
  return (frame) => {
    const id = ids[frame];
    if (id === undefined)
      throw new StudioError('project-damaged', `${name} has no frame ${frame + 1}.`, {
        hint: 'Make the take anew from its recipe.',
      });
    return assets.pathOf(id);
  };
}
