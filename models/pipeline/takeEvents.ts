import type { Remember } from '../memory/memory.ts';
import type { Progress } from '../progress/progress.ts';
import type { RunStore } from '../weights/runStore.ts';
import type { FrameSpan } from './sampling/windows.ts';
import type { Picture } from './subject/picture.ts';

/** What surrounds a run: where it saves, and how it is told to stop. */
export interface RunContext {
  store?: RunStore | undefined;
  signal?: AbortSignal | undefined;
  /** Keeps conditions between runs, so that a live preview encodes only what changed; absent: nothing is kept. */
  remember?: Remember | undefined;
  /** Memory one decoder call may take before frames are decoded in tiles; absent: no limit. */
  decoderMemoryBytes?: number | undefined;
  /** Hears of progress between a run's events: of every frame read, and of what is done within a step. */
  tell?: ((progress: Progress) => void) | undefined;
  /** Decodes the latents that the store holds again instead of sampling. */
  decodeOnly?: boolean | undefined;
}

/** A step's clean estimate of the window's frames (c, f, h, w), for previews, and where the window lies. */
export interface StepEstimate {
  readonly denoised: Float32Array;
  readonly window: FrameSpan;
  /** Height and width of the latents. */
  readonly height: number;
  readonly width: number;
}

/** What a run says as it goes: how far it is, with a step's estimate or a finished frame where it has one. */
export type TakeEvent =
  | { readonly kind: 'warning'; readonly message: string }
  | {
      readonly kind: 'progress';
      readonly progress: Progress;
      readonly estimate?: StepEstimate;
      readonly picture?: Picture;
    };
