import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { ffmpegTools } from '../../../electron/media/ffmpeg/ffmpegTools.ts';
import { encodeMaskPng } from '../../../electron/media/readPicture.ts';

/** A clip drawn by formulas: a round figure rolls to and fro in a place that stands still, with a tone as its sound. */
export interface DrawnClip {
  readonly path: string;
  /** A mask a frame, PNG pictures of the clip's size. */
  readonly masks: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  /** How far a pixel is outside the figure in a frame, in pixels; negative inside. */
  outside(frame: number, x: number, y: number): number;
}

/** Draws the clip and its masks into a folder. */
export async function drawClip(
  folder: string,
  {
    width,
    height,
    seconds,
    framesPerSecond,
  }: { width: number; height: number; seconds: number; framesPerSecond: number },
): Promise<DrawnClip> {
  const frames = Math.round(seconds * framesPerSecond);
  const radius = 0.2 * height;
  const at = (frame: number) => {
    const turn = (2 * Math.PI * frame) / (4 * framesPerSecond);
    return {
      x: width * (0.5 + 0.17 * Math.sin(turn)),
      y: height * 0.62 - 0.06 * height * Math.abs(Math.sin(2 * turn)),
      turn: Math.sin(turn) * 2,
    };
  };
  const outside = (frame: number, x: number, y: number): number => {
    const centre = at(frame);
    return Math.hypot(x + 0.5 - centre.x, y + 0.5 - centre.y) - radius;
  };
  const place = drawPlace(width, height);
  async function* pictures() {
    for (let frame = 0; frame < frames; frame++) {
      const data = new Uint8Array(place);
      const centre = at(frame);
      forBox(centre, radius + 2, width, height, (x, y) => {
        const cover = Math.max(0, Math.min(1, 0.5 - outside(frame, x, y)));
        if (cover === 0) return;
        const [u, v] = [(x - centre.x) / radius, (y - centre.y) / radius];
        const angle = Math.atan2(v, u) - centre.turn;
        const stripe = Math.sin(angle * 6) > 0 ? 1 : 0;
        const light = 0.75 + 0.25 * Math.max(-1, -u * 0.6 - v * 0.8);
        const colour = [(200 + 40 * stripe) * light, (70 + 110 * stripe) * light, (50 + 20 * stripe) * light];
        const to = (y * width + x) * 4;
        for (let c = 0; c < 3; c++) data[to + c] = data[to + c] * (1 - cover) + colour[c] * cover;
      });
      yield { data };
    }
  }
  const silent = join(folder, 'silent.mp4');
  await encodeVideo({
    ...{ frames: pictures(), frameCount: frames, width, height, frameRate: framesPerSecond },
    ...{ format: 'mp4-h264', quality: 'draft', out: silent },
  });
  const path = join(folder, 'clip.mp4');
  const { ffmpegPath } = await ffmpegTools();
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=330:duration=${seconds}`];
  execFileSync(ffmpegPath, ['-v', 'error', '-i', silent, ...tone, '-c:v', 'copy', '-c:a', 'aac', '-shortest', path]);
  await rm(silent);
  const masks = join(folder, 'masks');
  await mkdir(masks);
  for (let frame = 0; frame < frames; frame++) {
    const data = new Uint8Array(width * height);
    forBox(at(frame), radius + 2, width, height, (x, y) => {
      data[y * width + x] = outside(frame, x, y) < 0 ? 255 : 0;
    });
    await writeFile(join(masks, `${String(frame).padStart(5, '0')}.png`), await encodeMaskPng({ width, height, data }));
  }
  return { path, masks, width, height, frames, framesPerSecond, outside };
}

/** Calls for every pixel of a box around a point. */
function forBox(
  centre: { x: number; y: number },
  reach: number,
  width: number,
  height: number,
  call: (x: number, y: number) => void,
): void {
  for (let y = Math.max(0, Math.floor(centre.y - reach)); y < Math.min(height, centre.y + reach); y++)
    for (let x = Math.max(0, Math.floor(centre.x - reach)); x < Math.min(width, centre.x + reach); x++) call(x, y);
}

/** Hills under a sky. */
function drawPlace(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to += 4) {
      const [u, v] = [x / width, y / height];
      const hill = 0.55 + 0.07 * Math.sin(u * 9) + 0.03 * Math.sin(u * 23 + 1);
      const grain = 6 * Math.sin(x / 7 + 3 * Math.sin(y / 11)) * Math.sin(y / 5);
      const colour =
        v < hill ? [120 + 90 * v, 170 + 60 * v, 225] : [70 + 50 * v + grain, 130 - 30 * v + grain, 60 + grain];
      data.set(colour, to);
    }
  return data;
}
