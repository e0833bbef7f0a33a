import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineJob } from '../../electron/engine/engineProtocol.ts';
import { encodeMaskPng, encodePng } from '../../electron/media/readPicture.ts';
import { drawSampleFrame, sampleSize, sampleSubjectOutline } from '../../electron/services/projects/sampleMaterial.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';

/** The sample's picture and the mask of its subject as files in a folder: what a job that generates is given. */
export async function writeSampleInputs(folder: string): Promise<Pick<EngineJob, 'source' | 'mask'>> {
  const [picture, mask] = [join(folder, 'picture.png'), join(folder, 'mask.png')];
  await writeFile(picture, await encodePng(drawSampleFrame(0)));
  const size = { width: sampleSize, height: sampleSize };
  const keys = [{ frameIndex: 0, interpolation: 'hold' as const, operations: [sampleSubjectOutline(0)] }];
  const data = rasterizeMask({ ...size, growPixels: 0, featherPixels: 0, keys }, { ...size, frameIndex: 0 });
  await writeFile(mask, await encodeMaskPng({ ...size, data }));
  return {
    source: { path: picture, media: 'picture', frameIndex: 0, inFrame: 0, outFrame: 1 },
    mask: { kind: 'file', path: mask },
  };
}
