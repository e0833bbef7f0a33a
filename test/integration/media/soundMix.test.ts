import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { type SoundPiece, temposOf } from '../../../electron/media/soundMix.ts';
import { readWaveform } from '../../../electron/media/waveform.ts';
import { evenTone } from '../../fixtures/soundFile.ts';

let folder: string;
let tone: string;

// Two seconds of an even tone of 400 Hz, at half of full loudness.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-sound-'));
  tone = join(folder, 'tone.wav');
  await writeFile(tone, evenTone(2));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let made = 0;

/** Peaks, a hundred a second, of a video of four seconds with the given sounds. */
async function heard(...sounds: SoundPiece[]): Promise<Float32Array> {
  const out = join(folder, `${++made}.mov`);
  async function* frames() {
    for (let frame = 0; frame < 16; frame++) yield { data: new Uint8Array(16 * 16 * 4).fill(90) };
  }
  await encodeVideo({
    ...{ frames: frames(), frameCount: 16, width: 16, height: 16, frameRate: 4 },
    ...{ format: 'mov-prores4444', quality: 'draft', out, sounds },
  });
  return readWaveform(out, 100);
}

const at = (peaks: Float32Array, seconds: number): number => peaks[Math.round(seconds * 100)] ?? 0;

test('a piece is heard at its place, as loud as it says', async () => {
  const peaks = await heard({ path: tone, startSeconds: 0, atSeconds: 1, seconds: 1, volume: 0.5 });
  expect([at(peaks, 0.8), at(peaks, 2.2)].map((peak) => peak < 0.02)).toEqual([true, true]);
  expect(at(peaks, 1.5)).toBeCloseTo(0.25, 1);
});

test('a slower piece is longer and as high as before', async () => {
  const out = join(folder, 'slow.mov');
  async function* frames() {
    for (let frame = 0; frame < 16; frame++) yield { data: new Uint8Array(16 * 16 * 4) };
  }
  await encodeVideo({
    ...{ frames: frames(), frameCount: 16, width: 16, height: 16, frameRate: 4 },
    ...{ format: 'mov-prores4444', quality: 'draft', out },
    sounds: [{ path: tone, startSeconds: 0, atSeconds: 0, seconds: 4, speed: 0.5 }],
  });
  // Read finely, so that the tone's own swing shows: as many crests a second as it had.
  const peaks = await readWaveform(out, 8000);
  const middle = peaks.slice(8000, 16_000);
  let crests = 0;
  for (let index = 1; index < middle.length - 1; index++)
    if (
      (middle[index] ?? 0) > 0.25 &&
      (middle[index] ?? 0) >= (middle[index - 1] ?? 0) &&
      (middle[index] ?? 0) > (middle[index + 1] ?? 0)
    )
      crests++;
  expect(crests / 2).toBeGreaterThan(380);
  expect(crests / 2).toBeLessThan(420);
  expect(at(await readWaveform(out, 100), 3.5)).toBeGreaterThan(0.3);
});

test('fades come and go evenly, also where the video begins in the middle of one', async () => {
  const fades = { fadeIn: { seconds: 1, curve: 'even' }, fadeOut: { seconds: 0.5, curve: 'even' } } as const;
  const peaks = await heard({ path: tone, startSeconds: 0, atSeconds: 0, seconds: 2, ...fades });
  expect(at(peaks, 0.5)).toBeCloseTo(0.25, 1);
  expect(at(peaks, 1.2)).toBeCloseTo(0.5, 1);
  expect(at(peaks, 1.75)).toBeCloseTo(0.25, 1);
  const later = await heard({ path: tone, startSeconds: 0, atSeconds: 0, skipSeconds: 0.5, seconds: 2, ...fades });
  expect(at(later, 0.02)).toBeCloseTo(0.25, 1);
  expect(at(later, 1.25)).toBeCloseTo(0.25, 1);
});

test('several sounds add up', async () => {
  const piece = { path: tone, startSeconds: 0, atSeconds: 0, seconds: 1, volume: 0.4 };
  const peaks = await heard(piece, { ...piece, atSeconds: 0.5 });
  expect(at(peaks, 0.25)).toBeCloseTo(0.2, 1);
  expect(at(peaks, 0.75)).toBeGreaterThan(0.28);
});

test('a speed is made of steps within which the pitch is kept', () => {
  for (const speed of [0.1, 0.25, 0.6, 1, 1.5, 3, 10]) {
    const tempos = temposOf(speed);
    expect(tempos.every((tempo) => tempo >= 0.5 && tempo <= 2)).toBe(true);
    expect(tempos.reduce((product, tempo) => product * tempo, 1)).toBeCloseTo(speed, 6);
  }
});
