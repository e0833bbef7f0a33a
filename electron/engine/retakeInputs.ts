import { StudioError } from '../../models/errors/studioError.ts';
import { drawingFromFrame } from '../../models/masks/drawingFrames.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';
import type { Model } from '../../models/model/model.ts';
import { movesFrom, type Retake, spanOfRetake } from '../../models/pipeline/retake/retake.ts';
import { contain, type Mask } from '../../models/pipeline/subject/picture.ts';
import { resolveParameters } from '../../models/pipeline/takeParameters.ts';
import { readMask, readPicture } from '../media/readPicture.ts';
import type { EngineJob, MaskInput, RetakeInput } from './engineProtocol.ts';
import { pngNames } from './jobInputs.ts';

/** A job that makes some of a take anew, with what the pipeline is told of it. */
export interface RetakeJob {
  /** An edit's range is narrowed to the frames that are looked at, and what moves over them with it. */
  readonly job: EngineJob;
  readonly retake: Retake;
}

/**
 * Prepares a retake: which frames are looked at, and where the take's own come from.
 * @throws StudioError `request-invalid` for a range that the take does not have
 */
export async function prepareRetake(job: EngineJob, input: RetakeInput, model: Model): Promise<RetakeJob> {
  const { framePaths, firstFrame, endFrame, motion } = input;
  const frames = framePaths.length;
  if (!(firstFrame >= 0 && endFrame > firstFrame && endFrame <= frames))
    throw new StudioError('request-invalid', `The take has no frames ${firstFrame} to ${endFrame}; it has ${frames}.`, {
      hint: `Choose a range from 0 to ${frames}.`,
    });
  const isEdit = job.settings.task === 'edit';
  const { windowFrames } = resolveParameters(model, job.settings, frames);
  const { overlapFrames } = job.settings;
  const span = isEdit ? spanOfRetake(input, { frames, windowFrames, overlapFrames }) : { first: 0, end: frames };
  const { region } = input;
  const size = await sizeOf(framePaths[0] ?? '');
  return {
    job: isEdit ? await narrowed(job, span, frames) : { ...job, settings: { ...job.settings, frames } },
    retake: {
      firstFrame: firstFrame - span.first,
      endFrame: endFrame - span.first,
      motion,
      frame: (index) => readPicture(framePaths[span.first + index] ?? ''),
      ...(region ? { region: await regionReader(region, size, span.first) } : {}),
    },
  };
}

async function sizeOf(path: string): Promise<{ width: number; height: number }> {
  const { width, height } = await readPicture(path);
  return { width, height };
}

/** An edit of a part of its frames. */
async function narrowed(
  job: EngineJob,
  { first, end }: { first: number; end: number },
  frames: number,
): Promise<EngineJob> {
  const { source, mask, settings } = job;
  return {
    ...job,
    source: { ...source, inFrame: source.inFrame + first, outFrame: source.inFrame + end },
    mask: await narrowedMask(mask, first, source.inFrame, frames),
    settings: { ...settings, overTime: movesFrom(settings.overTime, first) },
  };
}

async function narrowedMask(mask: MaskInput, first: number, inFrame: number, frames: number): Promise<MaskInput> {
  if (mask.kind === 'drawing') return { ...mask, drawing: drawingFromFrame(mask.drawing, first) };
  if (mask.kind !== 'folder') return mask;
  // As many pictures as the take has frames belong to it; more belong to the whole clip.
  const names = await pngNames(mask.path);
  return { ...mask, firstPicture: names.length > frames ? inFrame + first : first };
}

/** Where frames may change: a picture for all, a folder with one a frame of the take, or a drawing on the source. */
async function regionReader(
  region: MaskInput,
  { width, height }: { width: number; height: number },
  first: number,
): Promise<(index: number) => Promise<Mask>> {
  switch (region.kind) {
    case 'drawing':
      return async (index) => drawnRegion(region.drawing, { width, height }, first + index);
    case 'folder': {
      const names = await pngNames(region.path);
      return (index) => readMask(`${region.path}/${names[Math.min(first + index, names.length - 1)] ?? ''}`);
    }
    case 'file': {
      const mask = await readMask(region.path);
      return async () => mask;
    }
    case 'alpha':
      throw new StudioError('request-invalid', 'A region is a mask of its own; a picture’s transparency is none.');
  }
}

/** A drawing on the source as a mask of the take, whose frames show the source whole. */
function drawnRegion(
  drawing: Extract<MaskInput, { kind: 'drawing' }>['drawing'],
  take: { width: number; height: number },
  frameIndex: number,
): Mask {
  const { left, top, width, height } = contain(drawing, take.width, take.height);
  const drawn = rasterizeMask(drawing, { width, height, frameIndex });
  const data = new Uint8Array(take.width * take.height);
  for (let y = 0; y < height; y++) data.set(drawn.subarray(y * width, (y + 1) * width), (y + top) * take.width + left);
  return { ...take, data };
}
