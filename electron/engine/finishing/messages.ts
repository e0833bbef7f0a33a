import type { Finishing } from '../../../models/pipeline/subject/clipTrack.ts';
import type { Picture } from '../../../models/pipeline/subject/picture.ts';
import type { EngineJob, ErrorJson } from '../engineProtocol.ts';

/** What the finishing thread works on: its clip with its masks, and how. */
export interface FinishingWork extends Pick<EngineJob, 'source' | 'mask'> {
  readonly finishing: Finishing;
}

/** To the thread: the next made frame, or that there is no more. */
export type ToFinish = { readonly made: Picture } | { readonly isEnd: true };

/** From the thread: it has begun; finished frames in order; that there are no more; or what it failed by. */
export type Finished =
  | { readonly kind: 'begun' }
  | { readonly kind: 'frame'; readonly picture: Picture }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly error: ErrorJson };

/** Things that come when they come, taken in order by one taker. */
export class Inbox<Thing> {
  readonly #things: Thing[] = [];
  #wake: (() => void) | undefined;

  put(thing: Thing): void {
    this.#things.push(thing);
    this.#wake?.();
  }

  /** The next one, once it is there. */
  async take(): Promise<Thing> {
    for (;;) {
      const thing = this.#things.shift();
      if (thing !== undefined) return thing;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
