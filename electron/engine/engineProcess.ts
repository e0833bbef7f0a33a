/**
 * The engine process: the only one that loads the model. Runs one job at a time, answers questions between steps, ends when its
 * parent is gone. Started by EngineHost; speaks the engine protocol with it.
 */
import { freemem } from 'node:os';
import { CancelledError, StudioError } from '../../models/errors/studioError.ts';
import { openModel } from '../../models/families/openModel.ts';
import { createMemory, type Remember } from '../../models/memory/memory.ts';
import type { Model } from '../../models/model/model.ts';
import { estimateTake } from '../../models/pipeline/estimateTake.ts';
import { resolveParameters } from '../../models/pipeline/takeParameters.ts';
import { progressOf } from '../../models/progress/progress.ts';
import { listenToParent } from '../children/parentChannel.ts';
import { probeMedia } from '../media/probeMedia.ts';
import type {
  EngineCommand,
  EngineDevice,
  EngineEvent,
  EngineJob,
  EngineMessage,
  ErrorJson,
  FollowEvent,
  FollowJob,
  JobEstimate,
  ProviderName,
} from './engineProtocol.ts';
import { runFollow } from './runFollow.ts';
import { runJob } from './runJob.ts';

const cacheFolder = process.env.MAGDIFF_CACHE;

let open: { key: string; model: Model; remember: Remember } | undefined;
let running: { id: string; controller: AbortController } | undefined;
/** FLOPs a second of the last run, for estimates; a modest guess until there is one. */
let measuredRate = 60e9;

const send = listenToParent<EngineCommand, EngineMessage>(receive);

async function modelOf(folder: string, provider: ProviderName | undefined): Promise<NonNullable<typeof open>> {
  const key = `${folder}\n${provider ?? ''}`;
  if (open?.key === key) return open;
  const opened = await openModel(folder, {
    ...(provider ? { provider } : {}),
    ...(cacheFolder ? { cacheFolder } : {}),
  });
  await open?.model.dispose();
  open = { key, model: opened, remember: createMemory(24) };
  return open;
}

async function run(job: EngineJob): Promise<void> {
  await whileRunning<EngineEvent>(job.id, async (signal, emit) => {
    emit({ type: 'progress', progress: progressOf('loading', { note: 'model' }) });
    const { model, remember } = await modelOf(job.modelFolder, job.provider);
    const { flops } = await remember(costKey(job), () => costOf(job, model));
    const result = await runJob(job, {
      model,
      signal,
      emit,
      decoderMemoryBytes: freemem() / 2,
      remember,
    });
    if (!job.decodeOnly) measuredRate = flops / result.seconds;
    emit({ type: 'done', result });
  });
}

/** Does a job's work under its signal and tells how it ends where the work does not. */
async function whileRunning<Event extends EngineEvent | FollowEvent>(
  id: string,
  work: (signal: AbortSignal, emit: (event: Event) => void) => Promise<void>,
): Promise<void> {
  const emit = (event: EngineEvent | FollowEvent): void => send({ type: 'event', id, event });
  const controller = new AbortController();
  running = { id, controller };
  try {
    await work(controller.signal, emit);
  } catch (cause) {
    if (cause instanceof CancelledError || controller.signal.aborted) emit({ type: 'canceled' });
    else emit({ type: 'failed', error: errorJson(cause) });
  } finally {
    running = undefined;
  }
}

async function follow(job: FollowJob): Promise<void> {
  await whileRunning<FollowEvent>(job.id, async (signal, emit) => {
    emit({ type: 'progress', progress: progressOf('loading', { note: 'clip' }) });
    emit({ type: 'done', result: await runFollow(job, { signal, emit, cacheFolder }) });
  });
}

/** What a job's cost depends on. */
function costKey({ settings, source }: EngineJob): string {
  const { task, weights, steps, guidance, frames, width, height, strength, inversion, overlapFrames } = settings;
  const asked = { weights, steps, guidance, frames, width, height, strength, inversion, overlapFrames };
  return JSON.stringify(['cost', asked, task === 'edit' ? source : task]);
}

async function costOf({ settings, source }: EngineJob, model: Model) {
  const isEdit = settings.task === 'edit';
  const facts = isEdit ? await probeMedia(source.path) : undefined;
  const frames = facts ? Math.max(1, Math.min(source.outFrame, facts.frameCount) - source.inFrame) : settings.frames;
  const parameters = resolveParameters(model, settings, frames, facts);
  return { ...(await estimateTake(model, parameters, frames)), parameters, frames };
}

async function estimate(job: EngineJob): Promise<JobEstimate> {
  const { model, remember } = await modelOf(job.modelFolder, job.provider);
  const { memoryBytes, flops, parameters, frames } = await remember(costKey(job), () => costOf(job, model));
  const availableBytes = freemem();
  const seconds = flops / measuredRate;
  if (memoryBytes <= availableBytes) return { memoryBytes, availableBytes, seconds };
  const step = model.description.vae.factor * model.description.unet.sizeMultiple;
  for (const scale of [0.75, 0.5, 0.25]) {
    const width = Math.max(step, Math.round((parameters.width * scale) / step) * step);
    const height = Math.max(step, Math.round((parameters.height * scale) / step) * step);
    const smaller = await estimateTake(model, { ...parameters, width, height }, frames);
    if (smaller.memoryBytes <= availableBytes) {
      return {
        memoryBytes,
        availableBytes,
        seconds,
        advice: `${width}×${height} would fit into the memory that is free.`,
      };
    }
  }
  return {
    memoryBytes,
    availableBytes,
    seconds,
    advice: 'No smaller size of this model fits either: close other programs, or choose a smaller model.',
  };
}

async function device(modelFolder: string, provider: ProviderName | undefined): Promise<EngineDevice> {
  const { model } = await modelOf(modelFolder, provider);
  return {
    provider: model.provider,
    precision: model.precision,
    name: model.description.title,
    warnings: model.warnings.splice(0),
  };
}

function errorJson(cause: unknown): ErrorJson {
  if (cause instanceof StudioError) return cause.toJSON();
  if (cause instanceof RangeError && /allocat|Invalid typed array length/i.test(cause.message)) {
    return {
      code: 'out-of-memory',
      message: 'There is not enough memory for this take.',
      hint: 'Choose fewer frames or a smaller size.',
    };
  }
  const error = cause instanceof Error ? cause : new Error(String(cause));
  return {
    code: 'internal',
    message: `The engine met a fault of its own: ${error.message}`,
    hint: 'Copy the details into a report; the take can be tried again.',
    details: { stack: error.stack ?? '' },
  };
}

function receive(command: EngineCommand): void {
  if (command.type === 'run') void run(command.job);
  else if (command.type === 'follow') void follow(command.job);
  else if (command.type === 'cancel') {
    if (running?.id === command.id) running.controller.abort();
  } else {
    const { requestId, question } = command;
    const answering =
      question.kind === 'estimate' ? estimate(question.job) : device(question.modelFolder, question.provider);
    answering.then(
      (value) => send({ type: 'answer', requestId, answer: { ok: true, value } }),
      (cause: unknown) => send({ type: 'answer', requestId, answer: { ok: false, error: errorJson(cause) } }),
    );
  }
}
