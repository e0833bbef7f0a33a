import { checkKeys } from '../../follow/checkKeys.ts';
import type {
  FollowClip,
  FollowedFrame,
  Follower,
  FollowKey,
  FollowOptions,
  FollowStep,
  FrameRange,
} from '../../follow/follower.ts';
import { resample } from '../../math/resample.ts';
import { maskSide } from '../../nets/sam2/sam2Config.ts';
import { enlargedMask } from './enlargedMask.ts';
import type { ChosenMask } from './maskChoice.ts';
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
  { range = { first: 0, last: clip.frameCount - 1 } }: FollowOptions = {},
): AsyncGenerator<FollowStep, void, undefined> {
  checkKeys(clip, keys, range);
  const features = rememberingFeatures(model, clip);
  const subjects = [...new Set(keys.map(({ subject = 0 }) => subject))].sort((a, b) => a - b);
  const total = subjects.length * (range.last - range.first + 1);
  let step = 0;
  for (const subject of subjects) {
    const own = keys.filter((key) => (key.subject ?? 0) === subject);
    const tracker = new SubjectTracker(model, { frameCount: clip.frameCount, features, correctionsCondition: true });
    for (const key of own) await place(tracker, model, clip, key);
    const start = startOf(own, range);
    for (const reverse of [false, true])
      for await (const { frame, mask } of tracker.follow(start, reverse)) {
        if (reverse ? frame < range.first : frame > range.last) break;
        if (frame < range.first || frame > range.last || (reverse && frame === start)) continue;
        yield { step: ++step, total, followed: { ...followedFrame(frame, mask, model, clip), subject } };
      }
  }
}

/** The frame to begin at: the first key in the range, else the key nearest to it. */
function startOf(keys: readonly FollowKey[], { first, last }: FrameRange): number {
  const away = (frame: number): number => Math.max(first - frame, frame - last, 0);
  return Math.min(
    ...keys
      .map(({ frame }) => frame)
      .filter((frame) => away(frame) === Math.min(...keys.map((key) => away(key.frame)))),
  );
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
  const kept = new Map<number, Promise<FrameFeatures>>();
  const encode = async (frame: number): Promise<FrameFeatures> => {
    const picture = { width: clip.width, height: clip.height, data: await clip.frame(frame) };
    return model.run('image_encoder', {}, { pixels: pixelsOf(picture, model.config.imageSize) });
  };
  return (frame) => {
    const found = kept.get(frame) ?? encode(frame);
    kept.delete(frame);
    kept.set(frame, found);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptFrames) break;
      kept.delete(oldest);
    }
    return found;
  };
}
