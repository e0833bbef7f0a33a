import { builtInFollower } from '../../../models/follow/builtIn/builtInFollower.ts';
import { doubtfulBelow, type FollowKey, type FrameRange } from '../../../models/follow/follower.ts';
import { framesToFollowAgain } from '../../../models/follow/framesToFollowAgain.ts';
import type { Measure } from '../measure.ts';
import type { Composite } from './composite.ts';

/** Corrections made at the frames that are doubted most, while any is doubtful: no other is offered. */
const corrections = 2;
/** An overlap below this is worth a mark in the confidence lane. */
const poor = 0.8;

interface FrameScore {
  readonly overlap: number;
  readonly confidence: number;
}

/** What one composite gave: every frame but the key's, from one key, and after corrections. */
interface CompositeScore {
  readonly half: 'easy' | 'hard';
  readonly first: readonly FrameScore[];
  readonly corrected: readonly FrameScore[];
  readonly secondsPerFrame: number;
}

/**
 * Follows the subject of every composite from its first frame's mask with the built-in follower, corrects it where it doubts most, and says
 * how well it did. `tell` is told a line for each.
 */
export async function benchFollow(
  composites: AsyncIterable<Composite>,
  tell: (line: string) => void,
): Promise<Measure[]> {
  const scores: CompositeScore[] = [];
  for await (const clip of composites) {
    const score = await scoreOf(clip).finally(() => clip.close());
    scores.push(score);
    tell(
      `${clip.name.padEnd(62)} J ${mean(score.first).toFixed(3)}, corrected ${mean(score.corrected).toFixed(3)}, ${(1 / score.secondsPerFrame).toFixed(1)} frames a second`,
    );
  }
  const half = (name: 'easy' | 'hard'): CompositeScore[] => scores.filter(({ half: own }) => own === name);
  const overlaps = (name: 'easy' | 'hard', part: 'first' | 'corrected'): number =>
    average(half(name).map((score) => mean(score[part])));
  const frames = scores.flatMap(({ first }) => first);
  const marked = frames.filter(({ confidence }) => confidence < doubtfulBelow);
  const bad = frames.filter(({ overlap }) => overlap < poor);
  const both = marked.filter(({ overlap }) => overlap < poor).length;
  const share = (name: string, value: number, atLeast: number): Measure => ({
    name,
    value,
    unit: '',
    bound: { atLeast },
  });
  return [
    share('easy half: overlap J from one key', overlaps('easy', 'first'), 0.92),
    share('hard half: overlap J from one key', overlaps('hard', 'first'), 0.75),
    share('easy half: J after two corrections where it doubts most', overlaps('easy', 'corrected'), 0.95),
    share('hard half: J after two corrections where it doubts most', overlaps('hard', 'corrected'), 0.88),
    share('of frames with J below 0.8, share that is marked', bad.length > 0 ? both / bad.length : 1, 0.9),
    share('of marks, share with J below 0.8', marked.length > 0 ? both / marked.length : 1, 0.6),
    {
      name: 'speed of following by one core’s time, decoding apart',
      value: 1 / average(scores.map(({ secondsPerFrame }) => secondsPerFrame)),
      unit: 'frames a second',
      bound: { atLeast: 6 },
    },
    {
      name: 'memory of the process while following',
      value: (process.resourceUsage().maxRSS * 1024) / 2 ** 30,
      unit: 'GiB',
      bound: { atMost: 1 },
    },
  ];
}

async function scoreOf(clip: Composite): Promise<CompositeScore> {
  const keys: FollowKey[] = [{ frame: 0, mask: await clip.mask(0) }];
  const scores = new Map<number, FrameScore>();
  const began = await followInto(scores, clip, keys, { first: 0, last: clip.frameCount - 1 });
  const listed = (): FrameScore[] => [...scores].filter(([frame]) => frame > 0).map(([, score]) => score);
  const first = listed();
  for (let correction = 0; correction < corrections; correction++) {
    const [worst] = [...scores].sort(([, one], [, other]) => one.confidence - other.confidence);
    if (!worst || worst[1].confidence >= doubtfulBelow) break;
    const [frame] = worst;
    const range = framesToFollowAgain(
      keys.map((key) => key.frame),
      frame,
      clip.frameCount,
    );
    keys.push({ frame, mask: await clip.mask(frame) });
    await followInto(scores, clip, keys, range);
  }
  return { half: clip.half, first, corrected: listed(), secondsPerFrame: began / (clip.frameCount - 1) };
}

/** Follows and scores each frame; returns the seconds of processor time that the follower itself took, whatever else the machine does. */
async function followInto(
  scores: Map<number, FrameScore>,
  clip: Composite,
  keys: readonly FollowKey[],
  range: FrameRange,
): Promise<number> {
  const processorSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  let elsewhere = 0;
  const apart = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const began = processorSeconds();
    const result = await work();
    elsewhere += processorSeconds() - began;
    return result;
  };
  const seen = { ...clip, frame: (index: number) => apart(() => clip.frame(index)) };
  const began = processorSeconds();
  for await (const { followed } of builtInFollower().follow(seen, keys, { range }))
    await apart(async () => {
      const overlap = overlapOf(followed.mask, await clip.mask(followed.frame));
      scores.set(followed.frame, { overlap, confidence: followed.confidence });
    });
  return processorSeconds() - began - elsewhere;
}

/** The share of two masks that both have, of what either has; 1 where both are empty. */
function overlapOf(mask: Uint8Array, other: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let at = 0; at < mask.length; at++) {
    const [one, two] = [mask[at] >= 128, other[at] >= 128];
    if (one && two) both++;
    if (one || two) either++;
  }
  return either === 0 ? 1 : both / either;
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const mean = (scores: readonly FrameScore[]): number => average(scores.map(({ overlap }) => overlap));
