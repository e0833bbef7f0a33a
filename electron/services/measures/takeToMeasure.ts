import { stat } from 'node:fs/promises';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { Model } from '../../../models/model/model.ts';
import { keptMask } from '../../../models/pipeline/subject/clipFrame.ts';
import { maskPlane, type Picture } from '../../../models/pipeline/subject/picture.ts';
import { plannedMasks } from '../../../models/pipeline/subject/plannedMasks.ts';
import { neededParts } from '../../contract/models/promptWorld.ts';
import type { EngineJob } from '../../engine/engineProtocol.ts';
import { openClip, readGenerateInputs } from '../../engine/jobInputs.ts';
import { openClipFrames } from '../../media/clipFrames.ts';
import { readMask, readPicture } from '../../media/readPicture.ts';
import { subjectIn, type TakeToMeasure } from './measureTake.ts';

/** Frames measured of one clip: more says nothing new, and they lie in memory. */
const mostFrames = 128;

/** What a take's own recipe says beside its frames: its job as the engine had it. */
export type MeasuredJob = Pick<EngineJob, 'settings' | 'source' | 'mask' | 'retake'>;

/** The job as its inputs' readers want it; they ask for nothing else of one. */
export const jobOf = (job: MeasuredJob): EngineJob => ({
  ...{ ...job, id: 'measured', folder: '', modelFolder: '', previews: false },
});

/** A take's frames. */
export type MeasuredFrames = Pick<TakeToMeasure, 'width' | 'height' | 'frames'>;

/** Reads a clip or a folder of frames, the first {@link mostFrames} of it. */
export async function framesOf(path: string): Promise<MeasuredFrames> {
  const clip = await openClipFrames(path);
  try {
    const { width, height, frameCount } = clip;
    const frames: Uint8Array[] = [];
    for (let index = 0; index < Math.min(frameCount, mostFrames); index++)
      frames.push(Uint8Array.from(await clip.frame(index)));
    return { width, height, frames };
  } finally {
    await clip.close();
  }
}

/** Reads frames that are pictures, the first {@link mostFrames} of them. */
export async function framesOfPictures(paths: readonly string[]): Promise<MeasuredFrames> {
  const frames: Uint8Array[] = [];
  let size = { width: 0, height: 0 };
  for (const path of paths.slice(0, mostFrames)) {
    const { width, height, data } = await readPicture(path);
    size = { width, height };
    frames.push(data);
  }
  return { ...size, frames };
}

/**
 * A take with what its recipe says: its sentence, the subject's picture, and of an edit its source and masks. With the model that made it
 * a generation's subject is known in every frame too, where it plans motion.
 */
export async function takeOfJob(frames: MeasuredFrames, job: MeasuredJob, model?: Model): Promise<TakeToMeasure> {
  const { settings } = job;
  const whole = jobOf(job);
  const { prompt, task, keep } = settings;
  const parts = neededParts(settings);
  if (task === 'generate') {
    const { picture, mask } = await readGenerateInputs(whole);
    const planned = model && (await plannedMasks(model, { picture, mask }, { ...settings, ...job.retake?.motion }));
    const masks = planned?.map((each) => atSize(each, frames.width, frames.height));
    return { ...frames, prompt, parts, masks, subject: subjectOf(picture, mask) };
  }
  const { clip } = await openClip(whole);
  const source: Uint8Array[] = [];
  const masks: Uint8Array[] = [];
  const kept: Uint8Array[] = [];
  let subject: Picture | undefined;
  for await (const frame of clip.read()) {
    if (source.length === frames.frames.length) break;
    if (frame.picture.width !== frames.width || frame.picture.height !== frames.height) break;
    source.push(Uint8Array.from(frame.picture.data));
    masks.push(atSize(frame.mask, frames.width, frames.height));
    kept.push(keptMask(frame, keep));
    subject ??= masks[0]?.some((value) => value > 127) ? subjectOf(frame.picture, frame.mask) : undefined;
  }
  if (source.length < frames.frames.length) return { ...frames, prompt, parts, subject };
  return { ...frames, prompt, parts, masks, kept: { source, masks: kept }, ...(keep === 'subject' ? { subject } : {}) };
}

/** A subject as `--subject PICTURE --mask MASK` names it: cut out by its mask, or by its own transparency. */
export async function namedSubject(picturePath: string, maskPath: string | undefined): Promise<Picture> {
  const picture = await readPicture(picturePath);
  if (maskPath === undefined) {
    const alpha = picture.data.filter((_, at) => at % 4 === 3);
    return subjectIn(picture, picture.hasAlpha ? alpha : undefined);
  }
  return subjectOf(picture, await readMask(maskPath));
}

/** Masks of a clip's frames, from one picture for all or a folder with one a frame. */
export async function masksOf(path: string, { width, height, frames }: MeasuredFrames): Promise<readonly Uint8Array[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new StudioError('file-missing', `There is no mask ${path}.`, { hint: 'Check the name.' });
  if (!found.isDirectory()) {
    const mask = atSize(await readMask(path), width, height);
    return frames.map(() => mask);
  }
  const clip = await openClipFrames(path);
  const masks: Uint8Array[] = [];
  for (let index = 0; index < frames.length; index++) {
    const data = await clip.frame(Math.min(index, clip.frameCount - 1));
    const grey = data.filter((_, at) => at % 4 === 1);
    masks.push(atSize({ width: clip.width, height: clip.height, data: grey }, width, height));
  }
  await clip.close();
  return masks;
}

const subjectOf = (picture: Picture, mask: Parameters<typeof maskPlane>[0]): Picture =>
  subjectIn(picture, atSize(mask, picture.width, picture.height));

const atSize = (mask: Parameters<typeof maskPlane>[0], width: number, height: number): Uint8Array =>
  Uint8Array.from(maskPlane(mask, width, height).data, (value) => Math.round(255 * value));
