import type { Progress } from '../../models/progress/progress.ts';

/** Adds the time left, from the mean time of the steps seen so far; the first of a stage is not counted, as it also loads. */
export class StageClock {
  #stage = '';
  #first = 0;
  #firstStep = 0;

  /** The progress with the time left, where that can be told. */
  timed(progress: Progress): Progress {
    const { state, step, total } = progress;
    if (step === 0) return progress;
    const now = performance.now();
    if (state !== this.#stage) {
      this.#stage = state;
      this.#first = now;
      this.#firstStep = step;
      return progress;
    }
    const perStep = (now - this.#first) / Math.max(1, step - this.#firstStep);
    return { ...progress, secondsLeft: (perStep * (total - step)) / 1000 };
  }
}
