import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ComingFrames } from '../../../../../electron/cli/takes/comingFrames.ts';
import { frameFileOf } from '../../../../../electron/engine/frameFiles.ts';
import { encodePng } from '../../../../../electron/media/readPicture.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();

async function put(frame: number): Promise<void> {
  const data = new Uint8Array(4 * 8 * 8).fill(255).fill(frame, 0, 1);
  writeFileSync(frameFileOf(folder, frame), await encodePng({ width: 8, height: 8, data }));
}
const lying = (written: number) => ({
  ...{ framesFolder: folder, written, frameCount: 4 },
  ...{ width: 8, height: 8, frameRate: '8' },
});
/** Which frame it is by its first byte. */
const taken = async (frames: AsyncIterator<{ data: Uint8Array }>) => (await frames.next()).value?.data[0];

test('frames are read in order, each once it lies there, also when the engine had to begin anew', async () => {
  const coming = new ComingFrames();
  const frames = coming.read();
  await put(0);
  await put(1);
  const first = taken(frames);
  coming.heard(lying(1));
  expect(await first).toBe(0);
  const second = taken(frames);
  coming.heard(lying(2));
  expect(await second).toBe(1);
  // The engine empties the folder and begins with the first frame again.
  rmSync(frameFileOf(folder, 0));
  rmSync(frameFileOf(folder, 1));
  coming.begun();
  let isThere = false;
  const third = taken(frames).finally(() => {
    isThere = true;
  });
  for (const frame of [0, 1, 2]) {
    await put(frame);
    expect(isThere).toBe(false);
    coming.heard(lying(frame + 1));
  }
  expect(await third).toBe(2);
  await put(3);
  coming.heard(lying(4));
  expect(await taken(frames)).toBe(3);
  expect(await taken(frames)).toBeUndefined();
});

test('what the take failed by ends the reading', async () => {
  const coming = new ComingFrames();
  const next = taken(coming.read());
  coming.failed(new Error('the disk is full'));
  await expect(next).rejects.toThrow('the disk is full');
});
