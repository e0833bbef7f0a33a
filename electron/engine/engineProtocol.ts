import type { StudioErrorCode } from '../../models/errors/studioError.ts';
import type { MaskDrawing } from '../../models/masks/maskDrawing.ts';
import type { Progress } from '../../models/progress/progress.ts';
import type { FollowStretch, FollowWindow } from '../contract/masks/followPlan.ts';
import type { providerNames, TakeSettings } from '../contract/takeSettings.ts';
import type { DrawnSize } from './live/liveSize.ts';

/** An execution provider by name. */
export type ProviderName = (typeof providerNames)[number];

/** Where the mask of a subject comes from. */
export type MaskInput =
  /** A grey picture (white is the subject), one for all frames, or a clip with a mask a frame; the scale may differ. */
  | { kind: 'file'; path: string }
  /** PNG pictures, one a frame of the range (or, when there are more, of the whole clip), in the order of their names. */
  | {
      kind: 'folder';
      path: string /** The picture of the range's first frame; absent: told by how many there are. */;
      firstPicture?: number;
    }
  /** The picture's own alpha channel. */
  | { kind: 'alpha' }
  /** Strokes, turned into pixels by the same code as on screen. The drawing's frame 0 is the picture, or the range's first frame. */
  | { kind: 'drawing'; drawing: MaskDrawing };

/** One piece of work for the engine: a recipe with its inputs at hand. */
export interface EngineJob {
  id: string;
  /** The job's own folder: its state, latents and frames; a job that was cut off finds its state here and goes on. */
  folder: string;
  modelFolder: string;
  provider?: ProviderName | undefined;
  /** Whether it generates or edits, and how. */
  settings: TakeSettings;
  source: SourceInput;
  mask: MaskInput;
  /** What is made anew of a take that is there; absent: everything is made. */
  retake?: RetakeInput | undefined;
  /** Whether steps carry preview pictures. */
  previews: boolean;
  /** A preview that should come soon: it is drawn smaller and shorter than asked for where a step would take long. */
  live?: boolean;
  /** Where it runs; absent: on this machine. */
  runOn?: 'here' | 'queue' | undefined;
  /** Decode the latents saved in the folder again instead of sampling. */
  decodeOnly?: boolean;
}

/** What of a take is made anew. */
export interface RetakeInput {
  /** The take's own frames, lossless, in order. */
  framePaths: readonly string[];
  /** First frame and one past the last. */
  firstFrame: number;
  endFrame: number;
  /** Where frames may change; null: everywhere. A drawing's frame 0 is the take's first. */
  region: MaskInput | null;
  /** What the take's subject moved by. */
  motion: { prompt: string; seed: number };
}

/** The picture or clip a job works on, and which of its frames. */
export interface SourceInput {
  path: string;
  media: 'picture' | 'clip';
  /** Generate: the frame whose subject moves. */
  frameIndex: number;
  /** Edit: first and one past the last frame. */
  inFrame: number;
  outFrame: number;
}

/** A mask to be followed through windows of a clip, from its hand-made keys. */
export interface FollowJob {
  id: string;
  /** The job's own folder: what it found lies there until the project has it. */
  folder: string;
  sourcePath: string;
  /** The hand-made keys alone, without grown or softened edges. */
  drawing: MaskDrawing;
  windows: readonly FollowWindow[];
  /** Follow on where the clip cuts. */
  acrossCuts: boolean;
  /** The checkpoint that follows; null: the built-in follower. */
  checkpoint: string | null;
}

/** One frame that was followed, as it comes. */
export interface FollowedPreview {
  frame: number;
  /** Percent. */
  confidence: number;
  width: number;
  height: number;
  /** The mask's run lengths. */
  runs: number[];
}

/** A run of followed frames with the stretch it belongs to. */
export interface FollowedRun {
  stretch: FollowStretch;
  firstFrame: number;
  /** One past the last frame. */
  endFrame: number;
  /** A `MaskSequence` in the job's folder. */
  masksPath: string;
  /** Percent, a frame each. */
  confidence: number[];
  /** Frames in which the subject is not seen. */
  absent: number[];
  cut: 'start' | 'end' | null;
}

/** What following leaves. */
export interface FollowResult {
  runs: FollowedRun[];
  /** Who followed, in words. */
  follower: string;
}

/** A sprite sheet of a step's frames. */
export interface EnginePreview {
  mime: 'image/webp';
  bytes: Uint8Array;
  frameCount: number;
  frameWidth: number;
  frameHeight: number;
  columns: number;
  /** Where the sheet's first frame lies in the take. */
  firstFrame: number;
  /** What it is drawn at, where that is less than was asked for. */
  reduced?: DrawnSize | undefined;
}

/** What a finished job leaves. */
export interface TakeResult {
  /** Lossless pictures 00000.png …, of the output's size. */
  framesFolder: string;
  frameCount: number;
  width: number;
  height: number;
  framesPerSecond: number;
  /** Exact rate as a fraction or number, for encoders. */
  frameRate: string;
  /** SHA-256 over the RGBA bytes of all frames in order. */
  framesSha256: string;
  latentsPath: string;
  modelName: string;
  modelHash: string;
  provider: string;
  /** Wall-clock time of this run, from the job's start to its last frame. */
  seconds: number;
}

/** Frames of a take that lie in its folder while the rest is made. */
export interface WrittenFrames
  extends Pick<TakeResult, 'framesFolder' | 'frameCount' | 'width' | 'height' | 'frameRate'> {
  /** How many, from the first on; `frameCount` is how many there will be. */
  written: number;
}

/** A StudioError in its wire form. */
export interface ErrorJson {
  code: StudioErrorCode;
  message: string;
  hint?: string;
  details?: Record<string, unknown>;
}

/** How every job ends, and what it warns of meanwhile. */
type CommonEvent<Result> =
  | { type: 'warning'; message: string }
  | { type: 'done'; result: Result }
  | { type: 'failed'; error: ErrorJson }
  | { type: 'canceled' };

/** What a job says as it goes; the last is `done`, `failed` or `canceled`. */
export type EngineEvent =
  | {
      type: 'progress';
      progress: Progress;
      preview?: EnginePreview | undefined;
      /** What can be read already, of takes that are made on this machine. */
      frames?: WrittenFrames | undefined;
    }
  | CommonEvent<TakeResult>;

/** What a job that follows says as it goes; it ends as every job does. */
export type FollowEvent =
  | { type: 'progress'; progress: Progress; followed?: FollowedPreview | undefined }
  | CommonEvent<FollowResult>;

/** Cost of a job before it is run. */
export interface JobEstimate {
  memoryBytes: number;
  availableBytes: number;
  seconds: number;
  /** Size at which the model draws, in pixels, and that of the finished frames. */
  drawn: { width: number; height: number };
  finished: { width: number; height: number };
  /** Set when memory will not do: what would fit. */
  advice?: string;
}

/** What the engine computes with. */
export interface EngineDevice {
  provider: string;
  /** Of large networks. */
  precision: 'float16' | 'float32';
  /** Whether what stays the same from step to step stays on the device. */
  holdsValues: boolean;
  name: string;
  warnings: string[];
}

/** Host to process. */
export type EngineCommand =
  | { type: 'run'; job: EngineJob }
  | { type: 'follow'; job: FollowJob }
  | { type: 'cancel'; id: string }
  | {
      type: 'ask';
      requestId: number;
      question:
        | { kind: 'estimate'; job: EngineJob }
        | { kind: 'device'; modelFolder: string; provider?: ProviderName | undefined };
    };

/** Process to host. */
export type EngineMessage =
  | { type: 'event'; id: string; event: EngineEvent | FollowEvent }
  | { type: 'answer'; requestId: number; answer: { ok: true; value: unknown } | { ok: false; error: ErrorJson } };
