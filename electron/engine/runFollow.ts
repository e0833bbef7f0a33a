import { basename, join } from 'node:path';
import { CancelledError } from '../../models/errors/studioError.ts';
import { openFollower } from '../../models/families/openFollower.ts';
import { writeFileAtomic } from '../../models/files/atomicFile.ts';
import type { FollowedFrame } from '../../models/follow/follower.ts';
import { MaskSequence } from '../../models/masks/maskSequence.ts';
import { encodeRuns } from '../../models/masks/regionRuns.ts';
import { progressOf } from '../../models/progress/progress.ts';
import type { FollowStretch } from '../contract/masks/followPlan.ts';
import { openClipFrames } from '../media/clipFrames.ts';
import type { FollowEvent, FollowedRun, FollowJob, FollowResult } from './engineProtocol.ts';
import { keysToFollow } from './keysToFollow.ts';
import { StageClock } from './pace/stageClock.ts';

/** What the built-in follower is called. */
const builtInName = 'the built-in follower';

/** What following a mask runs with. */
export interface FollowSurroundings {
  readonly signal: AbortSignal;
  readonly emit: (event: FollowEvent) => void;
  /** Where graphs that were optimised are kept. */
  readonly cacheFolder: string | undefined;
}

/** What is kept of a followed frame. */
interface KeptFrame {
  readonly runs: number[];
  readonly confidence: number;
  readonly isThere: boolean;
}

/**
 * Follows a mask through a job's windows, one after the other, and leaves a file of masks for every run of frames. Every frame is told as it
 * comes. @throws StudioError, and CancelledError when cancelled
 */
export async function runFollow(job: FollowJob, around: FollowSurroundings): Promise<FollowResult> {
  const total = job.windows.reduce((sum, { firstFrame, endFrame }) => sum + endFrame - firstFrame, 0);
  const clock = new StageClock();
  const clip = await openClipFrames(job.sourcePath);
  try {
    const follower = await openFollower({
      ...(job.checkpoint === null ? {} : { checkpoint: job.checkpoint }),
      ...(around.cacheFolder === undefined ? {} : { cacheFolder: around.cacheFolder }),
    });
    try {
      const keys = keysToFollow(job.drawing, clip, follower.readsClicks);
      const runs: FollowedRun[] = [];
      let done = 0;
      for (const window of job.windows) {
        const frames = new Map<number, KeptFrame>();
        const range = { first: window.firstFrame, last: Math.min(window.endFrame, clip.frameCount) - 1 };
        for await (const { followed } of follower.follow(clip, keys, { range, acrossCuts: job.acrossCuts })) {
          // Lets a cancellation that waits in the process's queue be heard before the next frame.
          await new Promise((resolve) => setImmediate(resolve));
          if (around.signal.aborted) throw new CancelledError();
          const { frame } = followed;
          const kept = keptOf(followed);
          frames.set(frame, kept);
          const progress = clock.timed(progressOf('following', { step: ++done, total }));
          const { width, height } = clip;
          around.emit({
            type: 'progress',
            progress,
            followed: { frame, width, height, confidence: kept.confidence, runs: kept.runs },
          });
        }
        for (const stretch of window.stretches) runs.push(...(await keepRuns(job.folder, clip, stretch, frames)));
      }
      for (const message of follower.warnings) around.emit({ type: 'warning', message });
      return { runs, follower: job.checkpoint === null ? builtInName : basename(job.checkpoint) };
    } finally {
      await follower.dispose();
    }
  } finally {
    await clip.close();
  }
}

function keptOf({ mask, confidence, isThere }: FollowedFrame): KeptFrame {
  // Rounded down, so that what is doubtful stays below the border; a hundredth may come out as a hair less.
  const percent = Math.floor(100 * Math.min(1, Math.max(0, confidence)) + 1e-6);
  return { runs: isThere ? encodeRuns(mask) : [], confidence: percent, isThere };
}

/** Writes what was found of a stretch, a file for each run of frames; where frames are missing the follower stopped at a cut. */
async function keepRuns(
  folder: string,
  size: { width: number; height: number },
  stretch: FollowStretch,
  frames: ReadonlyMap<number, KeptFrame>,
): Promise<FollowedRun[]> {
  const runs: FollowedRun[] = [];
  const { firstFrame: first, endFrame: end } = stretch;
  for (let frame = first; frame < end; frame++) {
    if (!frames.has(frame)) continue;
    const start = frame;
    const kept: KeptFrame[] = [];
    for (let found = frames.get(frame); found && frame < end; found = frames.get(++frame)) kept.push(found);
    const masksPath = join(folder, `${start}.masks`);
    await writeFileAtomic(
      masksPath,
      MaskSequence.write(
        size,
        kept.map(({ runs: mask }) => mask),
      ),
    );
    runs.push({
      ...{ stretch, firstFrame: start, endFrame: frame, masksPath },
      confidence: kept.map(({ confidence }) => confidence),
      absent: kept.flatMap(({ isThere }, index) => (isThere ? [] : [start + index])),
      cut: frame < end ? 'end' : start > first ? 'start' : null,
    });
  }
  return runs;
}
