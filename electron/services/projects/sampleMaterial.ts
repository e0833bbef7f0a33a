import type { MaskOperation } from '../../../models/masks/maskDrawing.ts';
import { waveFile } from '../../media/waveFile.ts';
import type { RgbaPicture } from '../media/mediaPort.ts';

/** Side of the sample's square frames, in pixels. */
export const sampleSize = 512;
/** Frames of the sample clip. */
export const sampleFrameCount = 24;
/** Frames per second of the sample clip. */
export const sampleFramesPerSecond = 8;

type Colour = readonly [number, number, number];

const skyTop: Colour = [92, 156, 214];
const skyLow: Colour = [206, 228, 240];
const cloud: Colour = [250, 252, 254];
const farHill: Colour = [118, 168, 130];
const nearHill: Colour = [78, 138, 84];
const balloonRed: Colour = [214, 48, 56];
const balloonDark: Colour = [150, 22, 40];
const balloonShine: Colour = [255, 190, 190];
const string: Colour = [92, 70, 60];

interface Balloon {
  x: number;
  y: number;
  halfWidth: number;
  halfHeight: number;
}

/** Where the balloon is: it rises a little, sinks and sways. Pixels of the frame. */
function balloonAt(frameIndex: number): Balloon {
  const phase = (frameIndex / sampleFrameCount) * 2 * Math.PI;
  return { x: 256 + 70 * Math.sin(phase), y: 214 - 46 * Math.sin(2 * phase), halfWidth: 92, halfHeight: 112 };
}

/** One frame of the sample clip: a red balloon over green hills, drawn with antialiased shapes. Frame 0 is the sample picture. */
export function drawSampleFrame(frameIndex: number): RgbaPicture {
  const data = new Uint8Array(sampleSize * sampleSize * 4);
  const balloon = balloonAt(frameIndex);
  for (let y = 0; y < sampleSize; y++) {
    for (let x = 0; x < sampleSize; x++) {
      const at = (y * sampleSize + x) * 4;
      const colour = paintBalloon(paintPlace(x + 0.5, y + 0.5), balloon, x + 0.5, y + 0.5);
      for (let channel = 0; channel < 3; channel++) data[at + channel] = Math.round(colour[channel] ?? 0);
      data[at + 3] = 255;
    }
  }
  return { width: sampleSize, height: sampleSize, data };
}

/** The balloon's outline at a frame, as a lasso. */
export function sampleSubjectOutline(frameIndex: number): MaskOperation {
  const { x, y, halfWidth, halfHeight } = balloonAt(frameIndex);
  const points: number[] = [];
  for (let step = 0; step < 120; step++) {
    const angle = (step / 120) * 2 * Math.PI;
    const knot = Math.max(0, Math.sin(angle)) ** 160;
    points.push(round(x + halfWidth * Math.cos(angle) * (1 - 0.1 * Math.max(0, Math.sin(angle)))));
    points.push(round(y + halfHeight * Math.sin(angle) + 14 * knot));
  }
  return { kind: 'lasso', mode: 'paint', points };
}

/** A short tune as a WAV file (mono, 16 bits, 44100 Hz), as long as the sample clip. */
export function sampleSound(): Uint8Array {
  const rate = 44_100;
  const notes = [392, 440, 523.25, 587.33, 523.25, 440];
  const samples = Float32Array.from(
    { length: Math.round((rate * sampleFrameCount) / sampleFramesPerSecond) },
    (_, index) => {
      const seconds = index / rate;
      const beat = seconds * 2;
      const frequency = notes[Math.floor(beat) % notes.length] ?? 440;
      const fade = Math.exp(-3 * (beat % 1)) * Math.min(1, (beat % 1) * 60);
      return 0.275 * fade * Math.sin(2 * Math.PI * frequency * seconds);
    },
  );
  return waveFile(samples, rate);
}

function paintPlace(x: number, y: number): Colour {
  let colour = mix(skyTop, skyLow, smooth(0, 360, y));
  for (const [cx, cy, size] of [
    [96, 96, 44],
    [148, 112, 34],
    [404, 150, 40],
    [446, 164, 28],
    [362, 168, 26],
  ] as const)
    colour = mix(colour, cloud, 0.85 * (1 - smooth(size * 0.5, size, Math.hypot(x - cx, (y - cy) * 1.8))));
  colour = mix(colour, farHill, smooth(-1, 1, y - (352 + 26 * Math.sin(x / 74) + 10 * Math.sin(x / 31))));
  const ground = 420 + 18 * Math.sin(x / 96 + 1.4);
  const shade = 1 - 0.25 * smooth(0, 110, y - ground) + 0.02 * Math.sin(x / 3.1) * Math.sin(y / 2.3);
  return mix(colour, [nearHill[0] * shade, nearHill[1] * shade, nearHill[2] * shade], smooth(-1, 1, y - ground));
}

function paintBalloon(under: Colour, balloon: Balloon, x: number, y: number): Colour {
  const dx = x - balloon.x;
  const dy = y - balloon.y;
  let colour = under;
  const below = dy - balloon.halfHeight;
  if (below > 4 && below < 150) {
    const sway = 8 * Math.sin(below / 22);
    colour = mix(colour, string, 0.9 * (1 - smooth(1, 2.2, Math.abs(dx - sway))));
  }
  const narrowing = 1 - 0.1 * Math.max(0, dy / balloon.halfHeight);
  const radius = Math.hypot(dx / (balloon.halfWidth * narrowing), dy / balloon.halfHeight);
  const knot =
    smooth(-1, 1, Math.min(below + 6, 14 - below)) * (1 - smooth(-1, 1, Math.abs(dx) - 4 - Math.max(0, below) * 0.5));
  colour = mix(colour, balloonDark, knot);
  const inside = 1 - smooth(-1, 1, (radius - 1) * balloon.halfWidth);
  const shadow = smooth(0.3, 1.25, Math.hypot((dx + 30) / balloon.halfWidth, (dy + 36) / balloon.halfHeight));
  const shine = 1 - smooth(0.1, 0.3, Math.hypot((dx + 34) / balloon.halfWidth, (dy + 44) / balloon.halfHeight));
  const body = mix(mix(balloonRed, balloonDark, 0.85 * shadow), balloonShine, 0.8 * shine);
  return mix(colour, body, inside);
}

const round = (value: number): number => Math.round(value * 10) / 10;

function smooth(from: number, to: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

function mix(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}
