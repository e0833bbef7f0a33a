import type { MaskDrawing } from '../../models/masks/maskDrawing.ts';
import type { ErrorOnWire } from '../contract/errorOnWire.ts';
import type { TakeSettings } from '../contract/takeSettings.ts';

/** Where a job's mask comes from. */
export type EngineMask = { kind: 'alpha' } | { kind: 'drawing'; drawing: MaskDrawing };

/** A run as the engine takes it; `folder` is the job's own, where a resumed job finds its state. */
export type EngineRequest = {
  id: string;
  folder: string;
  modelFolder: string;
  settings: TakeSettings;
  /** Whether steps carry preview pictures. */
  previews: boolean;
  /** Decode the latents that lie in the folder instead of sampling. */
  decodeOnly?: boolean;
} & (
  | { kind: 'generate'; picture: string; pictureTimeSeconds?: number; mask: EngineMask }
  | { kind: 'edit'; clip: string; startSeconds: number; endSeconds: number; mask: EngineMask }
);

/** A sheet of small frames made from a step's latents. */
export interface EnginePreview {
  mime: 'image/webp';
  bytes: Uint8Array;
  frameCount: number;
  frameWidth: number;
  frameHeight: number;
  columns: number;
}

/** What a finished run left in its folder. */
export interface EngineResult {
  framesFolder: string;
  frameCount: number;
  width: number;
  height: number;
  framesPerSecond: number;
  framesSha256: string;
  latentsPath: string;
  modelHash: string;
  provider: string;
  seconds: number;
}

/** What the engine tells of a run. */
export type EngineNotice =
  | { type: 'queued' }
  | { type: 'loading'; what: string }
  | { type: 'encoding' }
  | { type: 'denoising'; step: number; total: number; secondsLeft: number; preview?: EnginePreview }
  | { type: 'decoding'; frame: number; total: number; secondsLeft: number }
  | { type: 'warning'; message: string }
  | { type: 'done'; result: EngineResult }
  | { type: 'failed'; error: ErrorOnWire }
  | { type: 'canceled' };

/** The engine host as the services use it; the composition root hands it in. */
export interface EnginePort {
  submit(job: EngineRequest, onNotice: (notice: EngineNotice) => void): void;
  cancel(jobId: string): void;
  estimate(job: EngineRequest): Promise<{ memoryBytes: number; seconds: number; advice?: string }>;
  device(): Promise<{ provider: string; name: string; warnings: string[] }>;
  close(): Promise<void>;
}
