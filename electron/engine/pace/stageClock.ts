import type { Progress, WorkStage } from '../../../models/progress/progress.ts';
import type { Pace } from './pastRuns.ts';

/** When steps of a stage were done. */
interface StageTimes {
  /** When the stage before it said its last. */
  readonly began: number;
  readonly first: number;
  readonly firstStep: number;
  last: number;
  lastStep: number;
}

/** Adds the time left, from the mean time of the steps seen so far; the first of a stage is not counted, as it also loads. */
export class StageClock {
  #said = performance.now();
  #stage: WorkStage | undefined;
  readonly #stages = new Map<WorkStage, StageTimes>();

  /** The progress with the time left, where that can be told. */
  timed(progress: Progress): Progress {
    const { state, step, total } = progress;
    const now = performance.now();
    const [said, isNew] = [this.#said, state !== this.#stage];
    this.#said = now;
    if (step === 0) return progress;
    this.#stage = state;
    const times = this.#stages.get(state);
    if (isNew || !times) {
      this.#stages.set(state, { began: said, first: now, firstStep: step, last: now, lastStep: step });
      return progress;
    }
    [times.last, times.lastStep] = [now, step];
    const perStep = (now - times.first) / Math.max(1, step - times.firstStep);
    return { ...progress, secondsLeft: (perStep * (total - step)) / 1000 };
  }

  /** What a stage took by its steps; undefined where it was not done from its first step on. */
  paceOf(stage: WorkStage): Pace | undefined {
    const times = this.#stages.get(stage);
    if (times?.firstStep !== 1) return undefined;
    const first = (times.first - times.began) / 1000;
    const steps = times.lastStep - times.firstStep;
    return { first, each: steps > 0 ? (times.last - times.first) / 1000 / steps : first };
  }
}
