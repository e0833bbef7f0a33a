import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegTools } from '../../../electron/media/ffmpeg/ffmpegTools.ts';
import { studioMedia } from '../../../electron/services/media/studioMedia.ts';
import { temporaryFiles } from '../../fixtures/temporaryFiles.ts';
import { startTestStudio } from '../server/standIns.ts';

const { folder } = temporaryFiles();
let test: Awaited<ReturnType<typeof startTestStudio>>;
let whole: Buffer;
beforeAll(async () => {
  test = await startTestStudio({ media: studioMedia });
  const path = join(folder, 'whole.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10:duration=6'];
  const form = ['-c:v', 'libx264', '-g', '10', '-movflags', '+faststart', path];
  execFileSync((await ffmpegTools()).ffmpegPath, ['-v', 'error', '-y', ...picture, ...form]);
  whole = await readFile(path);
});
afterAll(() => test.studio.close());

async function bringIn(bytes: Uint8Array) {
  const projectId = String((await test.call('projects.create', { name: 'Clip' })).body.projectId);
  await test.call('projects.open', { projectId, windowId: 'w' });
  const uploadId = await test.upload(bytes);
  const { body } = await test.call('sources.import', { projectId, uploadId, name: 'clip.mp4' });
  return { projectId, body };
}

describe('a clip that is brought in', () => {
  it('says nothing where it is whole, and shows a frame before a window has added it', async () => {
    const { projectId, body } = await bringIn(whole);
    expect(body).toMatchObject({ note: null, source: { frameCount: 60, outFrame: 60 } });
    const { assetId } = body.source as { assetId: string };
    const frame = await fetch(`${test.origin}/previews/${projectId}/frame/${assetId}/3.webp`, { headers: test.own });
    expect([frame.status, frame.headers.get('content-type')]).toEqual([200, 'image/webp']);
  });

  it('says how much of it can be read where it is cut short, and ends there', async () => {
    const { body } = await bringIn(whole.subarray(0, Math.round(whole.length * 0.6)));
    const { frameCount, outFrame } = body.source as { frameCount: number; outFrame: number };
    expect(frameCount).toBeGreaterThan(5);
    expect(frameCount).toBeLessThan(56);
    expect(outFrame).toBe(frameCount);
    expect(body.note).toBe(`clip.mp4 is cut short: ${frameCount} of its 60 frames can be read.`);
  });
});
