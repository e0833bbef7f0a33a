import { checkKeys } from '../../follow/checkKeys.ts';
import type { FollowClip, FollowedFrame, Follower, FollowKey, FollowStep } from '../../follow/follower.ts';
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
  return { follow: (clip, keys) => follow(model, clip, keys), dispose: () => model.dispose() };
}

async function* follow(
  model: Sam2Model,
  clip: FollowClip,
  keys: readonly FollowKey[],
): AsyncGenerator<FollowStep, void, undefined> {
  checkKeys(clip, keys);
  const features = rememberingFeatures(model, clip);
  const tracker = new SubjectTracker(model, { frameCount: clip.frameCount, features, correctionsCondition: true });
  for (const key of keys) await place(tracker, model, clip, key);
  const start = Math.min(...keys.map(({ frame }) => frame));
  const total = clip.frameCount;
  let step = 0;
  for await (const { frame, mask } of tracker.follow(start, false))
    yield { step: ++step, total, followed: followedFrame(frame, mask, model, clip) };
  for await (const { frame, mask } of tracker.follow(start, true))
    if (frame !== start) yield { step: ++step, total, followed: followedFrame(frame, mask, model, clip) };
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

function followedFrame(frame: number, mask: ChosenMask, model: Sam2Model, clip: FollowClip): FollowedFrame {
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
