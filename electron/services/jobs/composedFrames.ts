import { CancelledError } from '../../../models/errors/studioError.ts';
import type { ItemRecord, SourceRecord, TakeRecord } from '../../contract/records.ts';
import { mediaFrameAt, shownItemAt } from '../../contract/timeline/shownItems.ts';
import type { SoundPiece } from '../../media/encodeVideo.ts';
import type { MediaPort, RgbaPicture } from '../media/mediaPort.ts';
import type { OpenProject } from '../projects/openProject.ts';
import { takeFramePaths } from './takeFramePaths.ts';

/** The part of a timeline to compose, and how. */
export interface Composition {
  readonly items: readonly ItemRecord[];
  /** First and one past the last timeline frame. */
  readonly inFrame: number;
  readonly outFrame: number;
  readonly width: number;
  readonly height: number;
  readonly signal: AbortSignal;
}

/** Frames in a row that one item shows: its media's frame for each of them; no item is black. */
interface Stretch {
  readonly item: ItemRecord | undefined;
  readonly shown: number[];
}

/** The timeline frame by frame as it is arranged: takes over sources, each fitted into the frame whole, black where nothing lies. */
export async function* composedFrames(
  project: OpenProject,
  media: MediaPort,
  composition: Composition,
): AsyncGenerator<RgbaPicture, void, undefined> {
  const { width, height, signal } = composition;
  for (const { item, shown } of stretchesOf(project, composition)) {
    const pictures = item ? picturesOf(project, media, item, shown, composition) : undefined;
    for (let index = 0; index < shown.length; index++) {
      if (signal.aborted) throw new CancelledError();
      const picture = pictures ? (await pictures.next()).value : undefined;
      yield onBlack(picture ?? undefined, width, height);
    }
    await pictures?.return();
  }
}

function stretchesOf(project: OpenProject, { items, inFrame, outFrame }: Composition): readonly Stretch[] {
  const rate = project.store.get('project', 'project').framesPerSecond;
  const stretches: Stretch[] = [];
  for (let frame = inFrame; frame < outFrame; frame++) {
    const item = shownItemAt(items, frame);
    const facts = item && factsOf(project, item);
    let stretch = stretches.at(-1);
    if (!stretch || stretch.item?.id !== item?.id) {
      stretch = { item, shown: [] };
      stretches.push(stretch);
    }
    stretch.shown.push(item && facts ? mediaFrameAt(item, facts, rate, frame) : 0);
  }
  return stretches;
}

function factsOf(
  project: OpenProject,
  { targetId }: ItemRecord,
): { framesPerSecond: number; frameCount: number } | undefined {
  const source = project.store.find('source', targetId);
  if (source) return source.media === 'picture' ? { framesPerSecond: 1, frameCount: 1 } : source;
  return project.store.find('take', targetId)?.result;
}

/** What an item shows for each of the frames asked for, in their order, as large as fits. */
async function* picturesOf(
  project: OpenProject,
  media: MediaPort,
  { targetId }: ItemRecord,
  shown: readonly number[],
  { width, height, signal }: Composition,
): AsyncGenerator<RgbaPicture, void, undefined> {
  const take = project.store.find('take', targetId);
  const source = project.store.find('source', targetId);
  // What has gone from the project leaves its place black.
  if (take) yield* takeFrames(project, media, take, shown, fittedSize(take.result, { width, height }));
  else if (source) yield* sourceFrames(project, media, source, shown, fittedSize(source, { width, height }), signal);
}

async function* takeFrames(
  project: OpenProject,
  media: MediaPort,
  take: TakeRecord,
  shown: readonly number[],
  size: { width: number; height: number },
): AsyncGenerator<RgbaPicture, void, undefined> {
  const pathOf = await takeFramePaths(project.store.assets, take);
  let picture: RgbaPicture | undefined;
  let at: number | undefined;
  for (const frame of shown) {
    if (!picture || frame !== at) picture = await media.readScaled(pathOf(frame), size);
    at = frame;
    yield picture;
  }
}

async function* sourceFrames(
  project: OpenProject,
  media: MediaPort,
  source: SourceRecord,
  shown: readonly number[],
  size: { width: number; height: number },
  signal: AbortSignal,
): AsyncGenerator<RgbaPicture, void, undefined> {
  const path = project.store.assets.pathOf(source.assetId);
  const [first = 0, last = 0] = [shown[0], shown.at(-1)];
  const options = { firstFrame: first, frameCount: last - first + 1, everyNth: 1, ...size, signal };
  let at = first - 1;
  let picture: RgbaPicture | undefined;
  const frames = media.readFrames(path, source, options)[Symbol.asyncIterator]();
  try {
    for (const frame of shown) {
      for (; at < frame; at++) {
        const next = await frames.next();
        // A container may promise a frame more than its stream holds: the last frame stands in for it.
        if (next.done) break;
        picture = next.value;
      }
      if (picture) yield picture;
    }
  } finally {
    await frames.return?.();
  }
}

/** The sounds of the clips on the timeline within a range of it, each where it lies. */
export function timelineSounds(
  { store }: OpenProject,
  items: readonly ItemRecord[],
  { inFrame, outFrame }: { inFrame: number; outFrame: number },
): readonly SoundPiece[] {
  const rate = store.get('project', 'project').framesPerSecond;
  return items.flatMap((item) => {
    const source = store.find('source', item.targetId);
    const [first, end] = [Math.max(inFrame, item.startFrame), Math.min(outFrame, item.startFrame + item.lengthFrames)];
    if (!source?.hasAudio || first >= end) return [];
    return {
      path: store.assets.pathOf(source.assetId),
      startSeconds: item.inFrame / source.framesPerSecond + (first - item.startFrame) / rate,
      atSeconds: (first - inFrame) / rate,
      seconds: (end - first) / rate,
    };
  });
}

/** The largest size of the shape of `picture` that fits into `frame`. */
export function fittedSize(
  picture: { readonly width: number; readonly height: number },
  frame: { readonly width: number; readonly height: number },
): { width: number; height: number } {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  return {
    width: Math.max(1, Math.min(frame.width, Math.round(picture.width * scale))),
    height: Math.max(1, Math.min(frame.height, Math.round(picture.height * scale))),
  };
}

/** A picture in the middle of a black frame; what it lets through is black. */
export function onBlack(picture: RgbaPicture | undefined, width: number, height: number): RgbaPicture {
  const data = new Uint8Array(width * height * 4);
  for (let index = 3; index < data.length; index += 4) data[index] = 255;
  if (!picture) return { width, height, data };
  const [left, top] = [(width - picture.width) >> 1, (height - picture.height) >> 1];
  for (let y = 0; y < picture.height; y++) {
    const to = ((y + top) * width + left) * 4;
    const row = picture.data.subarray(y * picture.width * 4, (y + 1) * picture.width * 4);
    for (let x = 0; x < row.length; x += 4) {
      const alpha = (row[x + 3] ?? 0) / 255;
      for (let channel = 0; channel < 3; channel++)
        data[to + x + channel] = Math.round((row[x + channel] ?? 0) * alpha);
    }
  }
  return { width, height, data };
}
