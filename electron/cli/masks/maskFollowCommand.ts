import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { openSam2 } from '../../../models/families/sam2/openSam2.ts';
import { sam2Follower } from '../../../models/families/sam2/sam2Follower.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import type { FollowedFrame } from '../../../models/follow/follower.ts';
import { openClipFrames } from '../../media/clipFrames.ts';
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
}

/**
 * `magdiff mask follow CLIP`: follows a subject from clicks, boxes or masks through a clip or a folder of pictures. Writes a mask a frame
 * (`0000.png` onwards) and the mask's logits as the model keeps them (`0000.npy` onwards), and says of every frame how sure it is.
 */
export async function maskFollowCommand(path: string, values: MaskFollowValues, console: Console): Promise<void> {
  if (values.model === undefined)
    throw new StudioError('model-missing', 'No model is named that could follow the subject.', {
      hint: 'Name a SAM 2 checkpoint, for example --model sam2.1_hiera_tiny.pt.',
    });
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256))
    throw new StudioError('usage', `--threads takes a whole number from 1 on, not “${values.threads}”.`);
  const keys = await readFollowKeys({ points: values.point, boxes: values.box, masks: values.key });
  const clip = await openClipFrames(path);
  try {
    const options = { cacheFolder: join(cacheRoot(), 'graphs'), ...(threads === undefined ? {} : { threads }) };
    const model = await openSam2(resolve(values.model), options);
    const follower = sam2Follower(model);
    try {
      for (const folder of [values.out, values.logits]) if (folder) await mkdir(folder, { recursive: true });
      for await (const { step, total, followed } of follower.follow(clip, keys)) {
        await write(followed, clip, values);
        report(followed, step, total, console);
      }
      for (const warning of model.warnings) console.note('warning', warning);
    } finally {
      await follower.dispose();
    }
    console.result(`${clip.frameCount} frames followed.`, { frames: clip.frameCount });
  } finally {
    await clip.close();
  }
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
