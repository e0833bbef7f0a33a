/** The process behind clickProgram.ts: holds the model that selects by clicks and answers one request after another. */
import { StudioError } from '../../../models/errors/studioError.ts';
import { ClickSelector } from '../../../models/families/sam2/clickSelector.ts';
import { openSam2 } from '../../../models/families/sam2/openSam2.ts';
import type { Picture } from '../../../models/families/sam2/pictureInput.ts';
import { encodeRuns } from '../../../models/masks/regionRuns.ts';
import { answerParent } from '../../children/parentChannel.ts';
import { readFrames } from '../../media/readFrames.ts';
import { readPicture } from '../../media/readPicture.ts';
import type { ClickAnswer, ClickFrame, ClickRegion, ClickWork } from './clickProtocol.ts';

const cacheFolder = process.env.MAGDIFF_CACHE;

let open: { checkpoint: string; selector: ClickSelector } | undefined;
let queue: Promise<unknown> = Promise.resolve();

async function selectorOf(checkpoint: string): Promise<ClickSelector> {
  if (open?.checkpoint === checkpoint) return open.selector;
  await open?.selector.dispose();
  open = undefined;
  const selector = new ClickSelector(await openSam2(checkpoint, cacheFolder ? { cacheFolder } : {}));
  open = { checkpoint, selector };
  return selector;
}

async function pictureOf({ path, media, framesPerSecond, frameIndex }: ClickFrame): Promise<Picture> {
  if (media === 'picture') return readPicture(path);
  for await (const frame of readFrames(path, { startSeconds: frameIndex / framesPerSecond })) return frame;
  throw new StudioError('media-empty', `${path} has no frame ${frameIndex}.`);
}

async function answerTo({ checkpoint, frame, prompt }: ClickWork): Promise<ClickRegion | null> {
  const selector = await selectorOf(checkpoint);
  const key = `${frame.path}\n${frame.frameIndex}`;
  const read = (): Promise<Picture> => pictureOf(frame);
  if (!prompt) {
    await selector.prepare(key, read);
    return null;
  }
  const { mask, width, height } = await selector.select(key, read, prompt);
  return { width, height, runs: encodeRuns(mask) };
}

function errorOf(cause: unknown): StudioError {
  if (cause instanceof StudioError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StudioError('internal', `Selecting failed: ${message}.`, {
    hint: 'Try again; brush by hand if it repeats.',
  });
}

answerParent<ClickWork, ClickAnswer>((work) => {
  const answer = queue
    .then(() => answerTo(work))
    .then(
      (region): ClickAnswer => ({ ok: true, region }),
      (cause: unknown): ClickAnswer => ({ ok: false, error: errorOf(cause).toJSON() }),
    );
  queue = answer;
  return answer;
});
