import { soundFacts } from './soundFacts.ts';

/** How loudness comes or goes: over so many seconds, evenly, or so that two that cross stay equally loud. */
export interface LoudnessFade {
  readonly seconds: number;
  readonly curve: 'even' | 'crossing';
}

/** A piece of a file's first sound track on a video. Times are of the video, but for `startSeconds`. */
export interface SoundPiece {
  readonly path: string;
  /** Where in the file it begins. */
  readonly startSeconds: number;
  /** Where in the video it is heard, and how long; absent: from the beginning, to the video's end. */
  readonly atSeconds?: number;
  readonly seconds?: number;
  /** How fast it plays, its pitch kept; absent: 1. */
  readonly speed?: number;
  /** A factor; absent: 1. */
  readonly volume?: number;
  readonly fadeIn?: LoudnessFade;
  readonly fadeOut?: LoudnessFade;
  /** So much of its beginning is left out, after its fades: where the video begins in the middle of it. */
  readonly skipSeconds?: number;
}

/** Sounds beyond this many are left out: each is a file held open. */
const mostSounds = 64;

/** A piece whose file has sound, in so many channels. */
export interface HeardPiece extends SoundPiece {
  readonly channels: number;
}

/** The pieces that can be heard: those whose files, clips or of sound alone, have sound. */
export async function heardPieces(pieces: readonly SoundPiece[]): Promise<readonly HeardPiece[]> {
  const heard: HeardPiece[] = [];
  for (const piece of pieces.slice(0, mostSounds)) {
    const sound = await soundFacts(piece.path);
    if (sound) heard.push({ ...piece, channels: sound.channels });
  }
  return heard;
}

/** Options of the input that reads a piece. */
export function inputOptionsOf({ startSeconds, seconds, speed = 1 }: SoundPiece): string[] {
  return ['-ss', String(startSeconds), ...(seconds === undefined ? [] : ['-t', String(seconds * speed)])];
}

/** The filter that puts every piece at its time, with its speed, volume and fades, and adds them up; input 0 is the picture. */
export function laidTogether(pieces: readonly HeardPiece[]): string {
  const placed = pieces.map((piece, index) => {
    // One sound keeps its channels and rate; several meet in one form, in which a single channel is as loud on both sides as it is alone.
    const stereo = piece.channels === 1 ? 'pan=stereo|c0=c0|c1=c0' : 'aformat=channel_layouts=stereo';
    const form = pieces.length > 1 ? ['aresample=48000', stereo] : ['anull'];
    return `[${index + 1}:a:0]${[...form, ...filtersOf(piece)].join(',')}[s${index}]`;
  });
  const labels = pieces.map((_, index) => `[s${index}]`).join('');
  const mixed =
    pieces.length > 1 ? `${labels}amix=inputs=${pieces.length}:normalize=0:duration=longest` : `${labels}anull`;
  return [...placed, `${mixed},apad[sound]`].join(';');
}

function filtersOf({
  speed = 1,
  volume = 1,
  fadeIn,
  fadeOut,
  seconds,
  skipSeconds = 0,
  atSeconds = 0,
}: SoundPiece): string[] {
  const delay = Math.round(atSeconds * 1000);
  return [
    ...temposOf(speed).map((tempo) => `atempo=${tempo}`),
    ...(volume === 1 ? [] : [`volume=${volume}`]),
    ...(fadeIn && fadeIn.seconds > 0 ? [`afade=t=in:st=0:d=${fadeIn.seconds}:curve=${curves[fadeIn.curve]}`] : []),
    ...(fadeOut && fadeOut.seconds > 0 && seconds !== undefined
      ? [`afade=t=out:st=${Math.max(0, seconds - fadeOut.seconds)}:d=${fadeOut.seconds}:curve=${curves[fadeOut.curve]}`]
      : []),
    ...(skipSeconds > 0 ? [`atrim=start=${skipSeconds}`, 'asetpts=PTS-STARTPTS'] : []),
    ...(delay > 0 ? [`adelay=${delay}:all=1`] : []),
  ];
}

/** ffmpeg's names of the curves: a line, and a quarter of a sine, whose squares add up to one where two cross. */
const curves = { even: 'tri', crossing: 'qsin' } as const;

/** Factors from a half to two that make up a speed: the filter keeps the pitch within them. */
export function temposOf(speed: number): number[] {
  const tempos: number[] = [];
  let left = speed;
  for (; left > 2; left /= 2) tempos.push(2);
  for (; left < 0.5; left *= 2) tempos.push(0.5);
  return left === 1 ? tempos : [...tempos, left];
}
