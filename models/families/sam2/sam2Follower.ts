import { checkKeys } from '../../follow/checkKeys.ts';
import { CutWatch } from '../../follow/cutWatch.ts';
import type {
  FollowClip,
  FollowedFrame,
  Follower,
  FollowKey,
  FollowOptions,
  FollowStep,
  FrameRange,
} from '../../follow/follower.ts';
import { TakenPixels } from '../../follow/takenPixels.ts';
import { resample } from '../../math/resample.ts';
import { createMemory } from '../../memory/memory.ts';
import { maskSide } from '../../nets/sam2/sam2Config.ts';
import { enlargedMask } from './enlargedMask.ts';
import { apartFromEachOther, type ChosenMask } from './maskChoice.ts';
import type { Sam2Model } from './openSam2.ts';
import { pixelsOf } from './pictureInput.ts';
import { type FrameFeatures, type PromptPoint, SubjectTracker } from './subjectTracker.ts';

/** Frames whose features are kept, 16 MiB each at the published size: the key's, the present one and one beside it. */
const keptFrames = 4;

/** SAM 2 as a follower. The model is its own from here on, and is let go with it. */
export function sam2Follower(model: Sam2Model): Follower {
  return { follow: (clip, keys, options) => follow(model, clip, keys, options), dispose: () => model.dispose() };
}

async function* follow(
  model: Sam2Model,
  clip: FollowClip,
  keys: readonly FollowKey[],
  { range = { first: 0, last: clip.frameCount - 1 }, acrossCuts = false }: FollowOptions = {},
): AsyncGenerator<FollowStep, void, undefined> {
  checkKeys(clip, keys, range);
  const watch = new CutWatch(clip);
  const features = rememberingFeatures(model, { ...clip, frame: (index) => watch.frame(index) });
  const subjects = [...new Set(keys.map(({ subject = 0 }) => subject))].sort((a, b) => a - b);
  const trackers: SubjectTracker[] = [];
  for (const subject of subjects) {
    const options = { frameCount: clip.frameCount, features, correctionsCondition: true, forgets: true };
    const tracker = new SubjectTracker(model, options);
    for (const key of keys) if ((key.subject ?? 0) === subject) await place(tracker, model, clip, key);
    trackers.push(tracker);
  }
  const total = subjects.length * (range.last - range.first + 1);
  const done = new Set<number>();
  const taken = new TakenPixels();
  let step = 0;
  // The other keys begin anew where the first did not come, behind a cut.
  const keyFrames = keys.map(({ frame }) => frame).sort((a, b) => a - b);
  for (const start of [startOf(keys, range), ...keyFrames])
    for (const reverse of [false, true]) {
      if (done.has(start) && !reverse) break;
      for await (const { frame, masks } of together(trackers, start, reverse)) {
        if (reverse ? frame < range.first : frame > range.last) break;
        if (reverse && frame === start) continue;
        if (done.has(frame)) break;
        const isWanted = frame >= range.first && frame <= range.last;
        const next = frame + (reverse ? -1 : 1);
        const goesOn = reverse ? next >= range.first : next <= range.last;
        const isCut = !acrossCuts && goesOn && (await watch.isCut(frame, next));
        if (isWanted) done.add(frame);
        for (const [index, subject] of isWanted ? subjects.entries() : []) {
          const followed = followedFrame(frame, masks[index], model, clip);
          const mask = subjects.length > 1 ? taken.leave(frame, followed.mask) : followed.mask;
          const cut = isCut && !keyFrames.includes(next) ? { cut: next } : {};
          yield { step: ++step, total, followed: { ...followed, mask, subject }, ...cut };
        }
        if (isCut) break;
      }
    }
}

/** Follows several subjects side by side, frame by frame; each pixel is left to the one whose logit is the highest. */
async function* together(
  trackers: readonly SubjectTracker[],
  start: number,
  reverse: boolean,
): AsyncGenerator<{ readonly frame: number; readonly masks: readonly ChosenMask[] }, void, undefined> {
  const walks = trackers.map((tracker) => tracker.follow(start, reverse));
  while (true) {
    const masks: ChosenMask[] = [];
    let frame: number | undefined;
    for (const walk of walks) {
      const { value, done } = await walk.next();
      if (done || !value) return;
      frame = value.frame;
      masks.push(value.mask);
    }
    if (frame === undefined) return;
    yield { frame, masks: apartFromEachOther(masks) };
  }
}

/** The frame to begin at: the first key in the range, else the key nearest to it. */
function startOf(keys: readonly FollowKey[], { first, last }: FrameRange): number {
  const away = (frame: number): number => Math.max(first - frame, frame - last, 0);
  const least = Math.min(...keys.map(({ frame }) => away(frame)));
  return Math.min(...keys.map(({ frame }) => frame).filter((frame) => away(frame) === least));
}

async function place(tracker: SubjectTracker, model: Sam2Model, clip: FollowClip, key: FollowKey): Promise<void> {
  if (key.mask) {
    await tracker.setMask(key.frame, squareMask(key.mask, clip, model.config.imageSize));
    return;
  }
  const at = (x: number, y: number, kind: PromptPoint['kind']): PromptPoint => ({
    x: x / clip.width,
    y: y / clip.height,
    kind,
  });
  const corners = key.box ? [at(key.box[0], key.box[1], 'topLeft'), at(key.box[2], key.box[3], 'bottomRight')] : [];
  const clicks = (key.points ?? []).map(({ x, y, adds }) => at(x, y, adds ? 'inside' : 'outside'));
  await tracker.setPoints(key.frame, [...corners, ...clicks]);
}

/** A mask of the clip's size as zeros and ones of the square the model sees. */
function squareMask(mask: Uint8Array, { width, height }: FollowClip, side: number): Float32Array {
  const data = Float32Array.from(mask, (value) => (value >= 128 ? 1 : 0));
  const square = resample({ width, height, channels: 1, data }, side, side, 'bilinear');
  return square.data.map((value) => (value >= 0.5 ? 1 : 0));
}

function followedFrame(
  frame: number,
  mask: ChosenMask,
  model: Sam2Model,
  clip: FollowClip,
): Omit<FollowedFrame, 'subject'> {
  const side = maskSide(model.config);
  const { logits, score, quality, stability } = mask;
  const isThere = score > 0;
  const presence = 1 / (1 + Math.exp(-Math.abs(score)));
  return {
    frame,
    mask: enlargedMask(logits, side, clip.width, clip.height),
    confidence: isThere ? presence * quality * stability : presence,
    isThere,
    measures: { score, quality, stability },
    logits: { width: side, height: side, data: logits },
  };
}

/** Encodes frames when they are asked for, and remembers the last few. */
function rememberingFeatures(model: Sam2Model, clip: FollowClip): (frame: number) => Promise<FrameFeatures> {
  const remember = createMemory(keptFrames);
  const encode = async (frame: number): Promise<FrameFeatures> => {
    const picture = { width: clip.width, height: clip.height, data: await clip.frame(frame) };
    return model.run('image_encoder', {}, { pixels: pixelsOf(picture, model.config.imageSize) });
  };
  return (frame) => remember(String(frame), () => encode(frame));
}
