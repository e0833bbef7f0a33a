import { encodeVideo } from '../../media/encodeVideo.ts';
import { type SheetTake, sheetFrame } from './gridSheet.ts';

/** How many frames a clip has, and how fast they play. */
interface ClipPace {
  readonly frameCount: number;
  readonly frameRate: string;
}

/** Writes pictures of one size, asked for in order, as an H.264 clip of the best quality. */
export async function writeClip(
  frameAt: (frame: number) => Promise<{ readonly data: Uint8Array; readonly width: number; readonly height: number }>,
  { frameCount, frameRate }: ClipPace,
  out: string,
): Promise<void> {
  const first = await frameAt(0);
  const { width, height } = first;
  async function* frames() {
    yield first;
    for (let frame = 1; frame < frameCount; frame++) yield await frameAt(frame);
  }
  const form = { format: 'mp4-h264', quality: 'best' } as const;
  await encodeVideo({ width, height, frameCount, frameRate, frames: frames(), ...form, out });
}

/** Writes takes that play under their labels, row by row. */
export const writeSheet = (rows: readonly (readonly SheetTake[])[], pace: ClipPace, out: string): Promise<void> =>
  writeClip((frame) => sheetFrame(rows, frame), pace, out);
