import type { Progress } from '../../../models/progress/progress.ts';

/** How long nothing may be said while work goes on. */
const silenceMilliseconds = 400;

/** Tells progress, and the last again, with what is left of its time, where something was done since and nothing said for a while. */
export class Teller {
  readonly #say: (progress: Progress) => void;
  #last: Progress | undefined;
  #saidAt = 0;

  constructor(say: (progress: Progress) => void) {
    this.#say = say;
  }

  /** A step is done, or a stage begins. */
  tell(progress: Progress): void {
    this.told(progress);
    this.#say(progress);
  }

  /** The same, where it was said by other means. */
  told(progress: Progress): void {
    this.#last = progress;
    this.#saidAt = performance.now();
  }

  /** Something was done that is no step of its own: a network was loaded, or has answered. */
  stir(): void {
    const passed = performance.now() - this.#saidAt;
    if (!this.#last || passed < silenceMilliseconds) return;
    const { secondsLeft } = this.#last;
    this.tell({ ...this.#last, secondsLeft: secondsLeft && Math.max(0, secondsLeft - passed / 1000) });
  }
}
