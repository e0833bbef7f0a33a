import { builtInFollower } from '../follow/builtIn/builtInFollower.ts';
import type { Follower } from '../follow/follower.ts';
import { openSam2 } from './sam2/openSam2.ts';
import { sam2Follower } from './sam2/sam2Follower.ts';

/** Who follows, and how. */
export interface OpenFollowerOptions {
  /** The file of a SAM 2 or 2.1 checkpoint; absent: the built-in follower, which needs no file. */
  readonly checkpoint?: string;
  /** Where graphs that were optimised are kept. */
  readonly cacheFolder?: string;
  readonly threads?: number;
}

/** A follower, and what to say of it. */
export interface OpenedFollower extends Follower {
  /** Whether clicks and boxes may be keys; else every key is a mask. */
  readonly readsClicks: boolean;
  /** Warnings gathered so far. */
  readonly warnings: readonly string[];
}

/** Opens the follower that is asked for. Dispose it when done. @throws StudioError naming what is wrong with the checkpoint */
export async function openFollower({ checkpoint, ...options }: OpenFollowerOptions = {}): Promise<OpenedFollower> {
  if (checkpoint === undefined) return { ...builtInFollower(), readsClicks: false, warnings: [] };
  const model = await openSam2(checkpoint, options);
  return {
    ...sam2Follower(model),
    readsClicks: true,
    get warnings() {
      return model.warnings;
    },
  };
}
