import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { openFollower } from '../../../models/families/openFollower.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { checkKeys } from '../../../models/follow/checkKeys.ts';
import type { FollowClip, FollowedFrame, FollowKey } from '../../../models/follow/follower.ts';
import { openClipFrames } from '../../media/clipFrames.ts';
import { stopPixelProgram } from '../../media/pixels/pixelProgram.ts';
import { smartSelect } from '../../media/pixels/smartSelect.ts';
import { encodeMaskPng } from '../../media/readPicture.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { readFollowKeys } from './followKeys.ts';
import { encodeNpy } from './npyFile.ts';

/** Options of `magdiff mask follow`, as commander gives them. */
export interface MaskFollowValues {
  readonly model?: string;
  readonly point: readonly string[];
  readonly box: readonly string[];
  readonly key: readonly string[];
  readonly out?: string;
  readonly logits?: string;
  readonly threads?: string;
  readonly acrossCuts?: boolean;
}

/**
 * `magdiff mask follow CLIP`: follows a subject from clicks, boxes or masks through a clip or a folder of pictures. Writes a mask a frame
 * (`0000.png` onwards) and the mask's logits as the model keeps them (`0000.npy` onwards), and says of every frame how sure it is.
 * Without a model the built-in follower follows; clicks and boxes become its masks as smart select makes them.
 */
export async function maskFollowCommand(path: string, values: MaskFollowValues, console: Console): Promise<void> {
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256))
    throw new StudioError('usage', `--threads takes a whole number from 1 on, not “${values.threads}”.`);
  const said = await readFollowKeys({ points: values.point, boxes: values.box, masks: values.key });
  const clip = await openClipFrames(path);
  let count = 0;
  try {
    const follower = await openFollower({
      cacheFolder: join(cacheRoot(), 'graphs'),
      ...(values.model === undefined ? {} : { checkpoint: resolve(values.model) }),
      ...(threads === undefined ? {} : { threads }),
    });
    try {
      const keys = follower.readsClicks ? said : await asMasks(said, clip).finally(stopPixelProgram);
      for (const folder of [values.out, values.logits]) if (folder) await mkdir(folder, { recursive: true });
      const options = { acrossCuts: values.acrossCuts === true };
      for await (const { step, total, followed, cut } of follower.follow(clip, keys, options)) {
        await write(followed, clip, values);
        report(followed, step, total, console);
        count++;
        if (cut !== undefined)
          console.note('warning', `There is a cut at frame ${cut}: give a key behind it, or --across-cuts, to go on.`);
      }
      for (const warning of follower.warnings) console.note('warning', warning);
    } finally {
      await follower.dispose();
    }
    console.result(`${count} of ${clip.frameCount} frames followed.`, { frames: count, of: clip.frameCount });
  } finally {
    await clip.close();
  }
}

/** Half of the side, in pixels, of what one click says about its surroundings. */
const clickReach = 3;

/** Clicks and boxes as masks: what smart select finds from them. Masks stay as they are. */
async function asMasks(keys: readonly FollowKey[], clip: FollowClip): Promise<readonly FollowKey[]> {
  const masks: FollowKey[] = [];
  for (const key of keys) {
    const { frame, points = [], box, mask } = key;
    if (mask) {
      masks.push(key);
      continue;
    }
    checkKeys(clip, [key]);
    const { width, height } = clip;
    const hints = new Uint8Array(width * height);
    for (const { x, y, adds } of points)
      for (let row = Math.max(0, Math.round(y) - clickReach); row <= Math.min(height - 1, y + clickReach); row++)
        for (
          let column = Math.max(0, Math.round(x) - clickReach);
          column <= Math.min(width - 1, x + clickReach);
          column++
        )
          hints[row * width + column] = adds ? 1 : 2;
    const around = box && { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] };
    const picture = await clip.frame(frame);
    masks.push({ frame, mask: await smartSelect({ width, height, picture, hints, box: around }) });
  }
  return masks;
}

async function write(
  { frame, mask, logits }: FollowedFrame,
  { width, height }: { width: number; height: number },
  { out, logits: logitsFolder }: MaskFollowValues,
): Promise<void> {
  const name = String(frame).padStart(4, '0');
  if (out) await writeFileAtomic(join(out, `${name}.png`), await encodeMaskPng({ width, height, data: mask }));
  if (logitsFolder && logits)
    await writeFileAtomic(join(logitsFolder, `${name}.npy`), encodeNpy([logits.height, logits.width], logits.data));
}

function report(
  { frame, mask, confidence, isThere, measures }: FollowedFrame,
  step: number,
  total: number,
  console: Console,
): void {
  const share = mask.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) / mask.length;
  const found = isThere ? `${(100 * share).toFixed(1)} % of the picture` : 'not there';
  console.result(`frame ${frame}: ${found}, confidence ${confidence.toFixed(2)}`, {
    type: 'frame',
    frame,
    confidence,
    isThere,
    share,
    ...measures,
    step,
    total,
  });
}
