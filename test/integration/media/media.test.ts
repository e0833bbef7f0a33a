import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExportFormat } from '../../../electron/contract/exportFormats.ts';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { ffmpegTools } from '../../../electron/media/ffmpeg/ffmpegTools.ts';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { readFrames } from '../../../electron/media/readFrames.ts';
import { readMask, readPicture } from '../../../electron/media/readPicture.ts';
import { readWaveform } from '../../../electron/media/waveform.ts';

let folder: string;
let program: string;
const make = (...args: string[]) => execFileSync(program, ['-v', 'error', '-y', ...args]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-media-'));
  program = (await ffmpegTools()).ffmpegPath;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A grey ramp that rises to the right, moving one level a frame. */
async function* ramp(width: number, height: number, frames: number) {
  for (let frame = 0; frame < frames; frame++) {
    const data = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) {
      data.fill(Math.round(((i % width) / (width - 1)) * 255), i * 4, i * 4 + 3);
      data[i * 4 + 3] = 255;
    }
    yield { data };
  }
}

async function frames(path: string, options = {}) {
  const all = [];
  for await (const frame of readFrames(path, options)) all.push(frame);
  return all;
}

test('a grey ramp survives H.264 and back within 2 of 255', async () => {
  const out = join(folder, 'ramp.mp4');
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
  const back = await frames(out);
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
      out: join(folder, `x-${format}`),
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
    out: join(folder, `alpha-${format}`),
  });
  expect((await probeMedia(path)).hasAlpha).toBe(true);
  const [first] = await frames(path);
  expect(first.data[(16 * 32 + 4) * 4 + 3]).toBeLessThan(20);
  expect(first.data[(16 * 32 + 28) * 4 + 3]).toBeGreaterThan(235);
});

test('a PNG sequence is lossless and numbered from 00000', async () => {
  const out = join(folder, 'sequence');
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
  const source = join(folder, 'sound.mp4');
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
    sound: { path: source, startSeconds: 0.5 },
    out: join(folder, 'with-sound.mp4'),
  });
  const facts = await probeMedia(path);
  expect(facts.audioTracks).toHaveLength(1);
  expect(Math.abs(facts.durationSeconds - 1)).toBeLessThan(0.06);
  const peaks = await readWaveform(path, 20);
  expect(Math.max(...peaks)).toBeGreaterThan(0.05);
});

describe('reading', () => {
  test('a rotated clip is read upright', async () => {
    const flat = join(folder, 'flat.mp4');
    const turned = join(folder, 'turned.mp4');
    make('-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=10:duration=1', '-pix_fmt', 'yuv420p', flat);
    // Newer ffmpeg sets the display matrix by an input option, older ones by a tag.
    try {
      make('-display_rotation', '90', '-i', flat, '-c', 'copy', turned);
    } catch {
      make('-i', flat, '-c', 'copy', '-metadata:s:v', 'rotate=90', turned);
    }
    expect(await probeMedia(turned)).toMatchObject({ width: 64, height: 96 });
    const [first] = await frames(turned);
    expect([first.width, first.height]).toEqual([64, 96]);
  });

  test('a clip of variable rate is read at a constant one, its duration kept', async () => {
    const path = join(folder, 'vfr.mkv');
    make(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x64:rate=30:duration=2',
      '-vf',
      "select='lt(n,30)+not(mod(n,3))'",
      '-pix_fmt',
      'yuv420p',
      path,
    );
    const facts = await probeMedia(path);
    const all = await frames(path);
    expect(Math.abs(all.length / facts.framesPerSecond - 2)).toBeLessThan(0.15);
  });

  test('a range is exact to the frame', async () => {
    const path = join(folder, 'count.mp4');
    // Frame n is grey level 8 n: every frame tells its own number.
    make(
      '-f',
      'lavfi',
      '-i',
      'color=black:size=64x64:rate=25:duration=1',
      '-vf',
      "format=gray,geq=lum='8*N'",
      '-c:v',
      'libx264',
      '-qp',
      '0',
      '-pix_fmt',
      'yuv420p',
      path,
    );
    const whole = await frames(path);
    const part = await frames(path, { startSeconds: 0.4, endSeconds: 0.6 });
    expect(part.map((frame) => frame.index)).toEqual([10, 11, 12, 13, 14]);
    part.forEach((frame) => {
      expect(frame.data[0]).toBe(whole[frame.index].data[0]);
    });
  });

  test('odd sizes, 10 bits, several tracks and no sound are read', async () => {
    const path = join(folder, 'odd.mkv');
    make(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=75x51:rate=5:duration=1',
      '-f',
      'lavfi',
      '-i',
      'sine=duration=1',
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=880:duration=1',
      '-map',
      '0',
      '-map',
      '1',
      '-map',
      '2',
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=error',
      '-pix_fmt',
      'yuv444p10le',
      path,
    );
    const facts = await probeMedia(path);
    expect(facts).toMatchObject({ width: 75, height: 51, bitDepth: 10 });
    expect(facts.audioTracks).toHaveLength(2);
    expect(await frames(path)).toHaveLength(5);
    make('-i', path, '-map', '0:v', '-c', 'copy', join(folder, 'mute.mkv'));
    expect(await readWaveform(join(folder, 'mute.mkv'))).toHaveLength(0);
  });

  test('a picture is turned by its EXIF orientation, and its alpha is told', async () => {
    const turned = join(folder, 'exif.jpg');
    await writeFile(
      turned,
      await sharp({ create: { width: 60, height: 40, channels: 3, background: 'red' } })
        .withMetadata({ orientation: 6 })
        .jpeg()
        .toBuffer(),
    );
    expect(await readPicture(turned)).toMatchObject({ width: 40, height: 60, hasAlpha: false });
    const alpha = join(folder, 'alpha.png');
    await writeFile(
      alpha,
      await sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.5 } } })
        .png()
        .toBuffer(),
    );
    expect(await readPicture(alpha)).toMatchObject({ hasAlpha: true });
    expect((await readMask(alpha)).data).toHaveLength(81);
  });
});

describe('bad input', () => {
  test.each([
    ['a text file renamed .mp4', 'text.mp4', 'this is not a video', 'media-unsupported'],
    [
      'a playlist of other files',
      'list.mp4',
      '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n',
      'media-unsupported',
    ],
    ['an ffconcat list', 'concat.mp4', "ffconcat version 1.0\nfile '/etc/passwd'\n", 'media-unsupported'],
    ['an empty file', 'empty.mp4', '', 'media-empty'],
  ])('%s is refused with a sentence', async (_what, name, text, code) => {
    await writeFile(join(folder, name), text);
    await expect(probeMedia(join(folder, name))).rejects.toMatchObject({
      name: 'StudioError',
      code,
      hint: expect.stringMatching(/\w/),
    });
  });

  test('a missing file is named', async () => {
    await expect(probeMedia(join(folder, 'nowhere.mp4'))).rejects.toMatchObject({
      code: 'file-missing',
      message: expect.stringContaining('nowhere.mp4'),
    });
    await expect(readPicture(join(folder, 'nowhere.png'))).rejects.toMatchObject({ code: 'file-missing' });
  });

  test('a picture cut short is said to be damaged', async () => {
    const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'blue' } })
      .png()
      .toBuffer();
    await writeFile(join(folder, 'cut.png'), whole.subarray(0, whole.length / 2));
    await expect(readPicture(join(folder, 'cut.png'))).rejects.toMatchObject({ code: 'format-damaged' });
  });

  test('a clip cut short gives what can be read or a sentence, never a hang', async () => {
    const whole = join(folder, 'whole.mp4');
    make('-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=1', '-pix_fmt', 'yuv420p', whole);
    const bytes = await readFile(whole);
    await writeFile(join(folder, 'cut.mp4'), bytes.subarray(0, bytes.length / 2));
    await expect(frames(join(folder, 'cut.mp4'))).rejects.toMatchObject({ code: 'media-unsupported' });
  });

  test('a target that cannot be written leaves nothing behind', async () => {
    const blocked = join(folder, 'file.txt');
    await writeFile(blocked, 'x');
    const out = join(blocked, 'out.mp4');
    await expect(
      encodeVideo({
        frames: ramp(16, 16, 2),
        frameCount: 2,
        width: 16,
        height: 16,
        frameRate: 5,
        format: 'mp4-h264',
        quality: 'draft',
        out,
      }),
    ).rejects.toMatchObject({ code: 'file-unwritable' });
  });

  test('cancelling an export stops it and leaves nothing behind', async () => {
    const controller = new AbortController();
    async function* slow() {
      for await (const frame of ramp(64, 64, 100)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield frame;
      }
    }
    setTimeout(() => controller.abort(), 150);
    const before = (await readdir(folder)).length;
    await expect(
      encodeVideo({
        frames: slow(),
        frameCount: 100,
        width: 64,
        height: 64,
        frameRate: 5,
        format: 'mp4-h264',
        quality: 'draft',
        out: join(folder, 'cancelled.mp4'),
        signal: controller.signal,
      }),
    ).rejects.toMatchObject({ name: 'CancelledError' });
    expect(await readdir(folder)).toHaveLength(before);
  });
});
