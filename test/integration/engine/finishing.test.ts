import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { finishBeside } from '../../../electron/engine/finishing/finishBeside.ts';
import type { FinishingWork } from '../../../electron/engine/finishing/messages.ts';
import { openClip } from '../../../electron/engine/jobInputs.ts';
import { encodeMaskPng } from '../../../electron/media/readPicture.ts';
import { finishFrames } from '../../../models/pipeline/subject/clipTrack.ts';
import type { Picture } from '../../../models/pipeline/subject/picture.ts';
import { writeClip } from '../../fixtures/clipFile.ts';
import { temporaryFiles } from '../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const [width, height, frameCount] = [120, 80, 9];
const small = { width: 48, height: 32 };
let work: FinishingWork;

beforeAll(async () => {
  const path = join(folder, 'clip.mp4');
  const frame = async (index: number): Promise<Uint8Array> =>
    Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? 255 : 128 + 90 * Math.sin(i / 50 + index),
    );
  await writeClip(path, { width, height, frameCount, frame });
  const masks = join(folder, 'masks');
  await mkdir(masks);
  for (let index = 0; index < frameCount; index++) {
    const data = Uint8Array.from({ length: width * height }, (_, i) =>
      ((i % width) - 30 - 4 * index) ** 2 < 400 ? 255 : 0,
    );
    await writeFile(join(masks, `${index}.png`), await encodeMaskPng({ width, height, data }));
  }
  work = {
    source: { path, media: 'clip', frameIndex: 0, inFrame: 0, outFrame: frameCount },
    mask: { kind: 'folder', path: masks },
    finishing: { first: 2, keeping: { keep: 'subject', featherPixels: 4 } },
  };
});

/** Frames as a model would have made them, of which all are asked for. */
async function* made(count = frameCount - work.finishing.first): AsyncGenerator<Picture> {
  for (let index = 0; index < count; index++)
    yield {
      ...small,
      data: Uint8Array.from({ length: 4 * 48 * 32 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7 + 31 * index) % 251)),
    };
}

const noReading = (): never => {
  throw new Error('read on the caller’s thread');
};

async function all(frames: AsyncIterable<Picture>): Promise<Picture[]> {
  const found: Picture[] = [];
  for await (const { width: across, height: down, data } of frames)
    found.push({ width: across, height: down, data: Uint8Array.from(data) });
  return found;
}

test('a thread beside the engine’s finishes frames to the same bytes; without a thread they are finished on the caller’s', async () => {
  const { clip } = await openClip(work);
  const here = await all(finishFrames(clip.read(), made(), work.finishing));
  expect(here).toHaveLength(7);
  expect(await all(finishBeside(made(), work, noReading))).toEqual(here);
  for (const execArgv of [[], ['--import', 'tsx']]) {
    const nowhere = { path: join(folder, 'none.js'), execArgv };
    expect(await all(finishBeside(made(), work, clip.read, nowhere))).toEqual(here);
  }
});

test('what cannot be read is said by the caller’s thread, and fewer frames may be wanted than there are', async () => {
  const without = { ...work, mask: { kind: 'folder', path: join(folder, 'none') } } as const;
  await expect(all(finishBeside(made(), without, noReading))).rejects.toThrow(/There is no folder .*none/);
  for await (const { data } of finishBeside(made(), work, noReading)) {
    expect(data).toHaveLength(4 * width * height);
    break;
  }
  expect(await all(finishBeside(made(3), work, noReading))).toHaveLength(3);
});
