import { z } from 'zod';
import { errorFromWire, errorOnWire, wireErrorOf } from '../contract/errorOnWire.ts';
import type { EngineEvent, EngineJob } from '../engine/engineProtocol.ts';

/** The queue of one model: a worker takes from those of the models it has, and so gets nothing it cannot run. */
export const queueOfModel = (name: string, modelHash: string): string => `${name}-${modelHash.slice(0, 16)}`;

/** Channel over which running jobs are cancelled: the job's id is the message. */
export const cancelChannel = (name: string): string => `${name}:cancel`;

/** Key of a worker that is there, for as long as it says so. */
export const workerKey = (name: string, workerId: string): string => `${name}:worker:${workerId}`;

/** How often a worker says that it is there, and for how long that holds. */
export const presenceMilliseconds = 3000;
export const presenceHoldsMilliseconds = 10_000;

/** What a worker says of itself. */
export const workerFacts = z.object({
  id: z.string().max(100),
  host: z.string().max(200),
  provider: z.string().max(40),
  memoryBytes: z.number(),
  models: z.array(z.object({ title: z.string().max(200), hash: z.string().max(128) })).max(1000),
});

/** See {@link workerFacts}. */
export type WorkerFacts = z.output<typeof workerFacts>;

/** A job as it lies in the queue: the engine's own, with places in the shared folder for its files. */
export interface QueuedJob {
  readonly version: 1;
  readonly job: Omit<EngineJob, 'folder' | 'modelFolder'>;
  /** Files of folders, by the folder's name in the job. */
  readonly folders: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An event as it goes over the queue: bytes as base64, places in the shared folder. */
export type QueuedEvent = Record<string, unknown>;

/** The end of a job that failed. */
export const failedBy = (cause: unknown): EngineEvent => ({
  type: 'failed',
  error: errorFromWire(wireErrorOf(cause)).toJSON(),
});

/** Makes an event of the engine one of the queue. `placeOf` says where files lie in the shared folder. */
export function eventToQueue(event: EngineEvent, placeOf: (path: string) => string): QueuedEvent {
  if (event.type === 'progress' && event.preview)
    return { ...event, preview: { ...event.preview, bytes: Buffer.from(event.preview.bytes).toString('base64') } };
  if (event.type === 'done') {
    const { framesFolder, latentsPath, ...result } = event.result;
    return {
      type: 'done',
      result: { ...result, framesFolder: placeOf(framesFolder), latentsPath: placeOf(latentsPath) },
    };
  }
  return { ...event };
}

const queued = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    progress: z.custom<Extract<EngineEvent, { type: 'progress' }>['progress']>((value) => typeof value === 'object'),
    preview: z
      .object({
        mime: z.literal('image/webp'),
        bytes: z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
        frameCount: z.int(),
        frameWidth: z.int(),
        frameHeight: z.int(),
        columns: z.int(),
        firstFrame: z.int(),
      })
      .optional(),
  }),
  z.object({ type: z.literal('warning'), message: z.string().max(2000) }),
  z.object({
    type: z.literal('done'),
    result: z.object({
      framesFolder: z.string(),
      frameCount: z.int().min(1),
      width: z.int(),
      height: z.int(),
      framesPerSecond: z.number(),
      frameRate: z.string(),
      framesSha256: z.string(),
      latentsPath: z.string(),
      modelName: z.string(),
      modelHash: z.string(),
      provider: z.string(),
      seconds: z.number(),
    }),
  }),
  z.object({ type: z.literal('failed'), error: errorOnWire }),
  z.object({ type: z.literal('canceled') }),
]);

/** Reads an event of the queue; undefined where it is none this program knows. */
export function eventFromQueue(event: unknown, at: (place: string) => string): EngineEvent | undefined {
  const parsed = queued.safeParse(event).data;
  if (parsed?.type !== 'done') return parsed as EngineEvent | undefined;
  const { framesFolder, latentsPath } = parsed.result;
  return { type: 'done', result: { ...parsed.result, framesFolder: at(framesFolder), latentsPath: at(latentsPath) } };
}
