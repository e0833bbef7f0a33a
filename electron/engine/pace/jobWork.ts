import type { Model } from '../../../models/model/model.ts';
import { askedBranches, stepsOfTake } from '../../../models/pipeline/estimateTake.ts';
import type { ResolvedParameters } from '../../../models/pipeline/takeParameters.ts';
import type { EngineJob } from '../engineProtocol.ts';
import type { Pace } from './pastRuns.ts';

/** Stages of a job whose steps are counted. */
export const countedStages = ['encoding', 'denoising', 'decoding'] as const;

/** A stage of a job as work of a kind: what it took before tells what it will take. */
export interface StageWork {
  readonly stage: (typeof countedStages)[number];
  /** Model, device, and what a step's cost depends on. */
  readonly kind: string;
  readonly steps: number;
}

/** What a job will do, once its parameters are known. */
export interface JobFacts {
  readonly parameters: ResolvedParameters;
  /** Frames that are looked at. */
  readonly frames: number;
  /** Size of the finished frames: an edit's are its source's. */
  readonly finished: { readonly width: number; readonly height: number };
}

/** A job's stages by kind of work. */
export function stagesOf(job: EngineJob, model: Model, { parameters, frames, finished }: JobFacts): StageWork[] {
  const { task } = job.settings;
  const { width, height, windowFrames, weights, strength, inversion } = parameters;
  const machine = [model.description.name, model.provider, model.precision, width, height];
  const isDrawn = job.previews ? 'previews' : '';
  const size = [finished.width, finished.height];
  const views = task === 'edit' || model.conditions.planner ? frames : 1;
  const made = job.retake ? job.retake.endFrame - job.retake.firstFrame : frames;
  const work = (stage: StageWork['stage'], steps: number, ...depends: (string | number | boolean)[]): StageWork => ({
    stage,
    steps,
    kind: [...machine, stage, task, ...depends].join(' '),
  });
  return [
    ...(job.decodeOnly
      ? []
      : [
          work('encoding', views, ...(task === 'edit' ? size : []), job.mask.kind, strength < 1 || inversion),
          work(
            'denoising',
            stepsOfTake(model, parameters, frames),
            windowFrames,
            weights,
            askedBranches(parameters),
            inversion,
            isDrawn,
          ),
        ]),
    work('decoding', made, ...size),
  ];
}

/** Seconds that work takes at a pace. */
export const secondsAt = ({ first, each }: Pace, steps: number): number => (steps > 0 ? first + each * (steps - 1) : 0);
