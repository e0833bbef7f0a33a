import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { softEdges } from '../../models/follow/softEdges.ts';
import type { MaskDrawing } from '../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';
import type { Size } from '../../models/model/conditions.ts';
import type { ClipFrame } from '../../models/pipeline/subject/clipFrame.ts';
import type { ClipSource } from '../../models/pipeline/subject/clipTrack.ts';
import type { Mask, Picture } from '../../models/pipeline/subject/picture.ts';
import type { MediaFacts } from '../media/mediaFacts.ts';
import { probeMedia } from '../media/probeMedia.ts';
import { type ReadFramesOptions, readFrames } from '../media/readFrames.ts';
import { alphaMask, readMask, readPicture } from '../media/readPicture.ts';
import type { EngineJob, MaskInput, SourceInput } from './engineProtocol.ts';
import { finishBeside } from './finishing/finishBeside.ts';

/** Names a job's inputs as the disk has them now, without reading them: files by path, size and time, a drawing by its strokes. */
export async function inputsKeyOf({ settings, source, mask, retake }: EngineJob): Promise<string> {
  const masks = mask.kind === 'folder' ? (await pngNames(mask.path)).map((name) => join(mask.path, name)) : [];
  const files = [source.path, ...(mask.kind === 'file' ? [mask.path] : masks), ...(retake?.framePaths ?? [])];
  const states = await Promise.all(
    files.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return [path, found?.size, found?.mtimeMs];
    }),
  );
  return JSON.stringify(['inputs', settings.task, states, source, mask, ...(retake ? [retake] : [])]);
}

/** Reads the inputs of a generation. The picture may be a frame of a clip. */
export async function readGenerateInputs({ source, mask }: EngineJob): Promise<{ picture: Picture; mask: Mask }> {
  const picture = await subjectPicture(source);
  return { picture, mask: await maskOf(mask, picture) };
}

async function subjectPicture({ path, media, frameIndex }: SourceInput) {
  if (media === 'picture') return readPicture(path);
  const facts = await probeMedia(path);
  const startSeconds = frameIndex / facts.framesPerSecond;
  for await (const frame of readFrames(path, { startSeconds, facts })) return { ...frame, hasAlpha: facts.hasAlpha };
  throw new StudioError('media-empty', `${path} has no frame at ${startSeconds.toFixed(2)} s.`);
}

async function maskOf(input: MaskInput, picture: Picture & { hasAlpha: boolean; data: Uint8Array }): Promise<Mask> {
  switch (input.kind) {
    case 'alpha':
      if (!picture.hasAlpha) {
        throw new StudioError('mask-empty', 'The picture has no transparent part to use as its mask.', {
          hint: 'Give a mask, or make one: magdiff mask PICTURE --box X,Y,WIDTH,HEIGHT.',
        });
      }
      return alphaMask(picture);
    case 'drawing':
      return drawn(input.drawing, picture, 0);
    case 'file':
      return readMask(input.path);
    case 'folder':
      return readMask(await firstPicture(input.path));
  }
}

/** A frame of a drawing as pixels; with soft edges, as the frame's own colours say. */
function drawn(drawing: MaskDrawing, frame: Picture & { data: Uint8Array }, frameIndex: number): Mask {
  const { width, height } = frame;
  const hard = rasterizeMask(drawing, { width, height, frameIndex });
  return { width, height, data: drawing.softEdges ? softEdges(frame.data, hard, { width, height }) : hard };
}

/** Names of a folder's PNG pictures, in order. @throws StudioError `file-missing` */
export async function pngNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => undefined);
  if (!names)
    throw new StudioError('file-missing', `There is no folder ${folder}.`, {
      hint: 'Check the name of the masks’ folder.',
    });
  return names.filter((name) => /\.png$/i.test(name)).sort();
}

async function firstPicture(folder: string): Promise<string> {
  const [first] = await pngNames(folder);
  if (!first)
    throw new StudioError('media-empty', `${folder} holds no PNG pictures.`, {
      hint: 'One mask a frame is wanted: 00000.png, 00001.png …',
    });
  return join(folder, first);
}

/** A clip's range with a mask for every frame, read anew each time it is asked for. */
export async function openClip({
  source,
  mask,
}: Pick<EngineJob, 'source' | 'mask'>): Promise<{ clip: ClipSource; facts: MediaFacts }> {
  const { path, inFrame, outFrame } = source;
  const facts = await probeMedia(path);
  if (facts.kind !== 'clip') {
    throw new StudioError('media-unsupported', `${path} is a picture; an edit needs a clip.`, {
      hint: 'Use generate for pictures.',
    });
  }
  const rate = facts.framesPerSecond;
  const end = Math.min(outFrame, Math.round(facts.durationSeconds * rate));
  const frames = end - inFrame;
  if (!(frames >= 1)) {
    throw new StudioError(
      'media-empty',
      `${path} has no frame between ${(inFrame / rate).toFixed(2)} s and ${(outFrame / rate).toFixed(2)} s.`,
      { hint: `The clip is ${facts.durationSeconds.toFixed(2)} s long.` },
    );
  }
  const range = { startSeconds: inFrame / rate, endSeconds: end / rate };
  async function* read(size?: Size): AsyncGenerator<ClipFrame, void, undefined> {
    const masks = await maskReader(mask, { ...range, ...size }, { frames, firstFrame: inFrame });
    let count = 0;
    let last: ClipFrame | undefined;
    try {
      for await (const picture of readFrames(path, { ...range, ...size, facts })) {
        if (count === frames) break;
        last = { picture, mask: await masks.next(picture, count) };
        yield last;
        count += 1;
      }
    } finally {
      await masks.close();
    }
    // A container may promise a frame more than its stream holds: the last frame stands in for it.
    for (; last && count < frames; count++) yield last;
  }
  const finish: ClipSource['finish'] = (made, finishing) => finishBeside(made, { source, mask, finishing }, read);
  return { clip: { frames, width: facts.width, height: facts.height, read, finish }, facts };
}

interface MaskReader {
  next(frame: Picture & { data: Uint8Array }, frameIndex: number): Promise<Mask>;
  close(): Promise<void>;
}

/** Gives the mask of one frame after another; drawings are drawn as large as the frames are read, clips of masks read so. */
async function maskReader(
  input: MaskInput,
  reading: Pick<ReadFramesOptions, 'startSeconds' | 'endSeconds' | 'width' | 'height'>,
  range: { frames: number; firstFrame: number },
): Promise<MaskReader> {
  const nothing = async (): Promise<void> => undefined;
  switch (input.kind) {
    case 'alpha':
      return { next: async (frame) => alphaMask(frame), close: nothing };
    case 'drawing':
      return { next: async (frame, frameIndex) => drawn(input.drawing, frame, frameIndex), close: nothing };
    case 'folder': {
      const names = await pngNames(input.path);
      if (names.length === 0) await firstPicture(input.path);
      // As many pictures as the range has frames belong to the range; more belong to the whole clip.
      let at = input.firstPicture ?? (names.length > range.frames ? range.firstFrame : 0);
      return {
        next: async () => readMask(join(input.path, names[Math.min(at++, names.length - 1)] ?? '')),
        close: nothing,
      };
    }
    case 'file': {
      const facts = await probeMedia(input.path);
      if (facts.kind === 'picture') {
        const still = await readMask(input.path);
        return { next: async () => still, close: nothing };
      }
      const frames = readFrames(input.path, { ...reading, facts });
      let last: Mask | undefined;
      return {
        next: async () => {
          const { value } = await frames.next();
          if (value) last = brightness(value);
          if (!last) throw new StudioError('media-empty', `${input.path} has no mask for this range.`);
          return last;
        },
        close: async () => {
          await frames.return();
        },
      };
    }
  }
}

function brightness(frame: { width: number; height: number; data: Uint8Array }): Mask {
  const data = new Uint8Array(frame.width * frame.height);
  for (let i = 0; i < data.length; i++) data[i] = frame.data[i * 4 + 1] ?? 0;
  return { width: frame.width, height: frame.height, data };
}
