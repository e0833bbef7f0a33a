import type { FollowKey } from '../../models/follow/follower.ts';
import type { MaskDrawing, MaskKey } from '../../models/masks/maskDrawing.ts';
import { rasterizeMask } from '../../models/masks/rasterizeMask.ts';

/** What of a clip its keys have to fit. */
interface ClipSize {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
}

/**
 * The hand-made keys as a follower takes them, those of frames that the clip has. A key that is nothing but one region found by clicks or a box is
 * said by these where the follower reads them, as the model that found it knows best what they mean; every other key is its mask.
 */
export function keysToFollow(drawing: MaskDrawing, clip: ClipSize, readsClicks: boolean): FollowKey[] {
  const { width, height, frameCount } = clip;
  return drawing.keys
    .filter(({ frameIndex }) => frameIndex < frameCount)
    .map((key) => {
      const clicked = readsClicks ? clicksOf(key, drawing, clip) : undefined;
      return (
        clicked ?? {
          frame: key.frameIndex,
          mask: rasterizeMask(drawing, { width, height, frameIndex: key.frameIndex }),
        }
      );
    });
}

function clicksOf({ frameIndex, operations }: MaskKey, drawing: MaskDrawing, clip: ClipSize): FollowKey | undefined {
  const [only] = operations;
  if (operations.length !== 1 || only?.kind !== 'region' || only.mode !== 'paint' || !only.prompt) return undefined;
  const { points, box } = only.prompt;
  const across = (x: number): number => within((x * clip.width) / drawing.width, clip.width);
  const down = (y: number): number => within((y * clip.height) / drawing.height, clip.height);
  const corners = box && ([across(box[0]), down(box[1]), across(box[2]), down(box[3])] as const);
  if (corners && !(corners[0] < corners[2] && corners[1] < corners[3])) return undefined;
  return {
    frame: frameIndex,
    points: points.map(({ x, y, adds }) => ({ x: across(x), y: down(y), adds })),
    ...(corners ? { box: corners } : {}),
  };
}

/** A place inside a side: clicks lie on a pixel, at the outermost half a pixel from the border. */
const within = (place: number, side: number): number => Math.min(side - 0.5, Math.max(0, place));
