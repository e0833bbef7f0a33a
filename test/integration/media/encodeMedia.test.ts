import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExportFormat } from '../../../electron/contract/exportFormats.ts';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { readPicture } from '../../../electron/media/readPicture.ts';
import { readWaveform } from '../../../electron/media/waveform.ts';
import { allFrames, mediaFolder, ramp } from '../../fixtures/mediaFiles.ts';

const { at, make } = mediaFolder();

test('a grey ramp survives H.264 and back within 2 of 255', async () => {
  const out = at('ramp.mp4');
  await encodeVideo({
    frames: ramp(256, 64, 4),
    frameCount: 4,
    width: 256,
    height: 64,
    frameRate: 24,
    format: 'mp4-h264',
    quality: 'best',
    out,
  });
  const back = await allFrames(out);
  expect(back).toHaveLength(4);
  let worst = 0;
  for (let x = 0; x < 256; x++) {
    for (let channel = 0; channel < 3; channel++)
      worst = Math.max(worst, Math.abs(back[2].data[(32 * 256 + x) * 4 + channel] - x));
  }
  expect(worst).toBeLessThanOrEqual(2);
});

describe.each<[ExportFormat, string]>([
  ['mp4-h264', 'h264'],
  ['mp4-h265', 'hevc'],
  ['webm-vp9', 'vp9'],
  ['webm-av1', 'av1'],
  ['gif', 'gif'],
  ['mov-prores4444', 'prores'],
  ['webm-vp9-alpha', 'vp9'],
])('%s', (format, codec) => {
  test('has its codec, size, frames and rate', async () => {
    const encoded = await encodeVideo({
      frames: ramp(64, 48, 10),
      frameCount: 10,
      width: 64,
      height: 48,
      frameRate: 10,
      format,
      quality: 'draft',
      out: at(`x-${format}`),
    });
    const facts = await probeMedia(encoded.path);
    expect(facts).toMatchObject({ kind: 'clip', codec, width: 64, height: 48, framesPerSecond: 10, frameCount: 10 });
    expect(encoded.sizeBytes).toBeGreaterThan(100);
  });
});

test.each<ExportFormat>(['mov-prores4444', 'webm-vp9-alpha'])('%s keeps transparency', async (format) => {
  async function* holes() {
    for (let i = 0; i < 3; i++) {
      const data = new Uint8Array(32 * 32 * 4).fill(200);
      for (let p = 0; p < 32 * 32; p++) data[p * 4 + 3] = p % 32 < 16 ? 0 : 255;
      yield { data };
    }
  }
  const { path } = await encodeVideo({
    frames: holes(),
    frameCount: 3,
    width: 32,
    height: 32,
    frameRate: 5,
    format,
    quality: 'best',
    out: at(`alpha-${format}`),
  });
  expect((await probeMedia(path)).hasAlpha).toBe(true);
  const [first] = await allFrames(path);
  expect(first.data[(16 * 32 + 4) * 4 + 3]).toBeLessThan(20);
  expect(first.data[(16 * 32 + 28) * 4 + 3]).toBeGreaterThan(235);
});

test('a PNG sequence is lossless and numbered from 00000', async () => {
  const out = at('sequence');
  await encodeVideo({
    frames: ramp(40, 30, 3),
    frameCount: 3,
    width: 40,
    height: 30,
    frameRate: 5,
    format: 'png-sequence',
    quality: 'good',
    out,
  });
  expect((await readdir(out)).sort()).toEqual(['00000.png', '00001.png', '00002.png']);
  const picture = await readPicture(join(out, '00001.png'));
  for await (const { data } of ramp(40, 30, 1)) expect(Buffer.from(picture.data).equals(Buffer.from(data))).toBe(true);
});

test('sound comes along, as long as the picture', async () => {
  const source = at('sound.mp4');
  make(
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=64x64:rate=10:duration=2',
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440:duration=2',
    '-pix_fmt',
    'yuv420p',
    source,
  );
  const { path } = await encodeVideo({
    frames: ramp(64, 64, 10),
    frameCount: 10,
    width: 64,
    height: 64,
    frameRate: 10,
    format: 'mp4-h264',
    quality: 'draft',
    sounds: [{ path: source, startSeconds: 0.5 }],
    out: at('with-sound.mp4'),
  });
  const facts = await probeMedia(path);
  expect(facts.audioTracks).toHaveLength(1);
  expect(Math.abs(facts.durationSeconds - 1)).toBeLessThan(0.06);
  const peaks = await readWaveform(path, 20);
  expect(Math.max(...peaks)).toBeGreaterThan(0.05);
});
