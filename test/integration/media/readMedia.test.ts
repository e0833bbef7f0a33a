import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { readMask, readPicture } from '../../../electron/media/readPicture.ts';
import { readWaveform } from '../../../electron/media/waveform.ts';
import { allFrames, mediaFolder, ramp } from '../../fixtures/mediaFiles.ts';

const { at, make } = mediaFolder();

describe('reading', () => {
  test('a rotated clip is read upright', async () => {
    const flat = at('flat.mp4');
    const turned = at('turned.mp4');
    make('-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=10:duration=1', '-pix_fmt', 'yuv420p', flat);
    // Newer ffmpeg sets the display matrix by an input option, older ones by a tag.
    try {
      make('-display_rotation', '90', '-i', flat, '-c', 'copy', turned);
    } catch {
      make('-i', flat, '-c', 'copy', '-metadata:s:v', 'rotate=90', turned);
    }
    expect(await probeMedia(turned)).toMatchObject({ width: 64, height: 96 });
    const [first] = await allFrames(turned);
    expect([first.width, first.height]).toEqual([64, 96]);
  });

  test('a clip of variable rate is read at a constant one, its duration kept', async () => {
    const path = at('vfr.mkv');
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
    const all = await allFrames(path);
    expect(Math.abs(all.length / facts.framesPerSecond - 2)).toBeLessThan(0.15);
  });

  test('a range is exact to the frame', async () => {
    const path = at('count.mp4');
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
    const whole = await allFrames(path);
    const part = await allFrames(path, { startSeconds: 0.4, endSeconds: 0.6 });
    expect(part.map((frame) => frame.index)).toEqual([10, 11, 12, 13, 14]);
    part.forEach((frame) => {
      expect(frame.data[0]).toBe(whole[frame.index].data[0]);
    });
  });

  test('odd sizes, 10 bits, several tracks and no sound are read', async () => {
    const path = at('odd.mkv');
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
    expect(await allFrames(path)).toHaveLength(5);
    make('-i', path, '-map', '0:v', '-c', 'copy', at('mute.mkv'));
    expect(await readWaveform(at('mute.mkv'))).toHaveLength(0);
  });

  test('a picture is turned by its EXIF orientation, and its alpha is told', async () => {
    const turned = at('exif.jpg');
    await writeFile(
      turned,
      await sharp({ create: { width: 60, height: 40, channels: 3, background: 'red' } })
        .withMetadata({ orientation: 6 })
        .jpeg()
        .toBuffer(),
    );
    expect(await readPicture(turned)).toMatchObject({ width: 40, height: 60, hasAlpha: false });
    const alpha = at('alpha.png');
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
    await writeFile(at(name), text);
    await expect(probeMedia(at(name))).rejects.toMatchObject({
      name: 'StudioError',
      code,
      hint: expect.stringMatching(/\w/),
    });
  });

  test('a missing file is named', async () => {
    await expect(probeMedia(at('nowhere.mp4'))).rejects.toMatchObject({
      code: 'file-missing',
      message: expect.stringContaining('nowhere.mp4'),
    });
    await expect(readPicture(at('nowhere.png'))).rejects.toMatchObject({ code: 'file-missing' });
  });

  test('a picture cut short is said to be damaged', async () => {
    const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'blue' } })
      .png()
      .toBuffer();
    await writeFile(at('cut.png'), whole.subarray(0, whole.length / 2));
    await expect(readPicture(at('cut.png'))).rejects.toMatchObject({ code: 'format-damaged' });
  });

  test('a clip cut short gives what can be read or a sentence, never a hang', async () => {
    const whole = at('whole.mp4');
    make('-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=1', '-pix_fmt', 'yuv420p', whole);
    const bytes = await readFile(whole);
    await writeFile(at('cut.mp4'), bytes.subarray(0, bytes.length / 2));
    await expect(allFrames(at('cut.mp4'))).rejects.toMatchObject({ code: 'media-unsupported' });
  });

  test('a target that cannot be written leaves nothing behind', async () => {
    const blocked = at('file.txt');
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
    const before = (await readdir(at('.'))).length;
    await expect(
      encodeVideo({
        frames: slow(),
        frameCount: 100,
        width: 64,
        height: 64,
        frameRate: 5,
        format: 'mp4-h264',
        quality: 'draft',
        out: at('cancelled.mp4'),
        signal: controller.signal,
      }),
    ).rejects.toMatchObject({ name: 'CancelledError' });
    expect(await readdir(at('.'))).toHaveLength(before);
  });
});
