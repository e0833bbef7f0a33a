/**
 * The engine process: the only one that loads the model. Runs one job at a time, answers questions between steps, ends when its
 * parent is gone. Started by EngineHost; speaks the engine protocol with it.
 */
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import { CancelledError } from '../../models/errors/studioError.ts';
import { openModel } from '../../models/families/openModel.ts';
import { createMemory, type Remember } from '../../models/memory/memory.ts';
import type { Model } from '../../models/model/model.ts';
import { estimateTake } from '../../models/pipeline/estimateTake.ts';
import { spanOfRetake } from '../../models/pipeline/retake/retake.ts';
import { finishedSize, resolveParameters } from '../../models/pipeline/takeParameters.ts';
import { progressOf } from '../../models/progress/progress.ts';
import { listenToParent } from '../children/parentChannel.ts';
import { probeMedia } from '../media/probeMedia.ts';
import type {
  EngineCommand,
  EngineDevice,
  EngineEvent,
  EngineJob,
  EngineMessage,
  FollowEvent,
  FollowJob,
  JobEstimate,
  ProviderName,
} from './engineProtocol.ts';
import { errorJson } from './errorJson.ts';
import { type DrawnSize, liveSize, workOf } from './live/liveSize.ts';
import { secondsAt, stagesOf } from './pace/jobWork.ts';
import { type Pace, PastRuns } from './pace/pastRuns.ts';
import { StageClock } from './pace/stageClock.ts';
import { runFollow } from './runFollow.ts';
import { runJob } from './runJob.ts';

const cacheFolder = process.env.MAGDIFF_CACHE;

let open: { key: string; model: Model; remember: Remember } | undefined;
let running: { id: string; controller: AbortController } | undefined;
/** Beside the cache, in the user's folder. */
const pastRuns = new PastRuns(cacheFolder && join(dirname(cacheFolder), 'runs.json'));
/** FLOPs a second, where nothing of the kind was run on this machine: modest. */
const guessedRate = 60e9;
/** Seconds of reading, or of finishing, a frame, likewise. */
const guessedFrameSeconds = 0.15;

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

async function run(asked: EngineJob): Promise<void> {
  await whileRunning<EngineEvent>(asked.id, async (signal, emit) => {
    emit({ type: 'progress', progress: progressOf('loading', { note: 'model' }) });
    const { model, remember } = await modelOf(asked.modelFolder, asked.provider);
    const { job, reduced } = asked.live ? await soon(asked, model, remember) : { job: asked, reduced: undefined };
    const facts = await remember(costKey(job), () => costOf(job, model));
    const clock = new StageClock();
    const result = await runJob(job, {
      model,
      signal,
      emit,
      clock,
      reduced,
      decoderMemoryBytes: freemem() / 2,
      remember,
    }).finally(() => {
      model.onWork = undefined;
    });
    const paces = stagesOf(job, model, facts).map(({ stage, kind }) => [kind, clock.paceOf(stage)] as const);
    const step = clock.paceOf('denoising')?.each;
    const rate = step && { first: 0, each: (step * 1e12) / workOf(facts.step) };
    const known = [...paces, [rateKind(model), rate || undefined] as const];
    await pastRuns.learn(new Map(known.flatMap(([kind, pace]) => (pace ? [[kind, pace]] : []))));
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
function costKey({ settings, source, retake }: EngineJob): string {
  const { task, weights, steps, guidance, frames, width, height, finishSide, strength, inversion, overlapFrames } =
    settings;
  const asked = { weights, steps, guidance, frames, width, height, finishSide, strength, inversion, overlapFrames };
  const range = retake && [retake.firstFrame, retake.endFrame];
  return JSON.stringify(['cost', asked, task === 'edit' ? source : task, range]);
}

async function costOf({ settings, source, retake }: EngineJob, model: Model) {
  const isEdit = settings.task === 'edit';
  const facts = isEdit ? await probeMedia(source.path) : undefined;
  const all = facts ? Math.max(1, Math.min(source.outFrame, facts.frameCount) - source.inFrame) : settings.frames;
  const parameters = resolveParameters(model, settings, all, facts);
  const span = retake && isEdit ? spanOfRetake(retake, { ...parameters, frames: all }) : { first: 0, end: all };
  const frames = span.end - span.first;
  const { width, height } = facts ?? finishedSize(parameters);
  return { ...(await estimateTake(model, parameters, frames)), parameters, frames, finished: { width, height } };
}

/** The kind under which a network's seconds for 10¹² operations are remembered. */
const rateKind = ({ description, provider, precision }: Model): string =>
  [description.name, provider, precision, 'rate'].join(' ');

/** Operations a second that a network makes here, as far as is known. */
function rateOf(known: ReadonlyMap<string, Pace>, model: Model): number {
  const pace = known.get(rateKind(model));
  return pace && pace.each > 0 ? 1e12 / pace.each : guessedRate;
}

/** A live preview at a size whose first step comes soon, and that size where it is less than was asked for. */
async function soon(
  job: EngineJob,
  model: Model,
  remember: Remember,
): Promise<{ job: EngineJob; reduced: DrawnSize | undefined }> {
  const facts = await remember(costKey(job), () => costOf(job, model));
  const known = await pastRuns.read();
  const { windowFrames: frames, width, height } = facts.parameters;
  const at = (size: DrawnSize): EngineJob => ({
    ...job,
    settings: { ...job.settings, ...size },
    source: { ...job.source, outFrame: Math.min(job.source.outFrame, job.source.inFrame + size.frames) },
  });
  const size = liveSize({ frames, width, height }, facts.step, sizeUnit(model), (drawn, work) => {
    const parameters = { ...facts.parameters, ...drawn, windowFrames: drawn.frames };
    const stages = stagesOf(at(drawn), model, { ...facts, parameters, frames: drawn.frames });
    const kind = stages.find(({ stage }) => stage === 'denoising')?.kind;
    return known.get(kind ?? '')?.each ?? work / rateOf(known, model);
  });
  const isWhole = size.frames === frames && size.width === width && size.height === height;
  return isWhole ? { job, reduced: undefined } : { job: at(size), reduced: size };
}

/** What sides are multiples of, in pixels. */
const sizeUnit = ({ description: { vae, unet } }: Model): number => vae.factor * unet.sizeMultiple;

/** What a job takes by what its like took on this machine; where there was none, by what is computed. */
async function secondsOf(job: EngineJob, model: Model, facts: Awaited<ReturnType<typeof costOf>>): Promise<number> {
  const known = await pastRuns.read();
  const asked = facts.samplingFlops / facts.step.flops;
  return stagesOf(job, model, facts).reduce((sum, { stage, kind, steps }) => {
    const pace = known.get(kind);
    if (pace) return sum + secondsAt(pace, steps);
    if (stage !== 'denoising') return sum + guessedFrameSeconds * steps;
    return sum + (asked * workOf(facts.step)) / rateOf(known, model);
  }, 0);
}

async function estimate(job: EngineJob): Promise<JobEstimate> {
  const { model, remember } = await modelOf(job.modelFolder, job.provider);
  const facts = await remember(costKey(job), () => costOf(job, model));
  const { memoryBytes, parameters, frames } = facts;
  const availableBytes = freemem();
  const seconds = await secondsOf(job, model, facts);
  const { width, height } = parameters;
  const known = { memoryBytes, availableBytes, seconds, drawn: { width, height }, finished: facts.finished };
  if (memoryBytes <= availableBytes) return known;
  const step = sizeUnit(model);
  const scaled = (length: number, scale: number): number => Math.max(step, Math.round((length * scale) / step) * step);
  for (const scale of [0.75, 0.5, 0.25]) {
    const size = { width: scaled(width, scale), height: scaled(height, scale) };
    const smaller = await estimateTake(model, { ...parameters, ...size }, frames);
    if (smaller.memoryBytes <= availableBytes)
      return { ...known, advice: `${size.width}×${size.height} would fit into the memory that is free.` };
  }
  return {
    ...known,
    advice: 'No smaller size of this model fits either: close other programs, or choose a smaller model.',
  };
}

async function device(modelFolder: string, provider: ProviderName | undefined): Promise<EngineDevice> {
  const { model } = await modelOf(modelFolder, provider);
  return {
    provider: model.provider,
    precision: model.precision,
    holdsValues: model.holdsValues,
    name: model.description.title,
    warnings: model.warnings.splice(0),
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
