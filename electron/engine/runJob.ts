import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError } from '../../models/errors/studioError.ts';
import { decodeEdit, editVideo } from '../../models/pipeline/editVideo.ts';
import { decodeGeneration, generateVideo } from '../../models/pipeline/generateVideo.ts';
import type { Remember } from '../../models/pipeline/memory.ts';
import type { MagDiffModel } from '../../models/pipeline/modelParts.ts';
import { createPreviewer, type Previewer } from '../../models/pipeline/previews.ts';
import { tokenizerOf } from '../../models/pipeline/promptTokens.ts';
import { folderRunStore, writeFailure } from '../../models/pipeline/runStore.ts';
import { loadLatents, type PipelineEvent } from '../../models/pipeline/takeRun.ts';
import { encodePng, encodeSpriteSheet } from '../media/readPicture.ts';
import type { EngineEvent, EngineJob, EnginePreview, TakeResult } from './engineProtocol.ts';
import { inputsFingerprint, openClip, readGenerateInputs } from './jobInputs.ts';

/** What a job runs with. */
export interface JobSurroundings {
  model: MagDiffModel;
  signal: AbortSignal;
  emit: (event: EngineEvent) => void;
  decoderMemoryBytes?: number | undefined;
  /** What earlier jobs with the same model left encoded. */
  remember: Remember;
}

/** What a kind of job gives the common loop. */
interface PreparedJob {
  events: AsyncGenerator<PipelineEvent, void, undefined>;
  totalFrames: number;
  framesPerSecond: number;
  frameRate: string;
}

/**
 * Runs a job to its end: sampling with a saved state every step, previews, then frames as lossless pictures in the job's folder.
 * Throws StudioErrors and, when cancelled, CancelledError; what was saved stays for a resumed run.
 */
export async function runJob(job: EngineJob, surroundings: JobSurroundings): Promise<TakeResult> {
  const started = performance.now();
  const { model, signal, emit } = surroundings;
  const store = folderRunStore(job.folder);
  const framesFolder = join(job.folder, 'frames');
  await freshFolder(framesFolder);
  const prepared = await prepare(job, surroundings);

  const clock = new StepClock();
  const hash = createHash('sha256');
  let size = { width: 0, height: 0 };
  let previewer: Previewer | undefined;
  for await (const event of prepared.events) {
    // Lets a cancellation that waits in the process's queue be heard before the next step begins.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new CancelledError();
    if (event.stage === 'warning') emit({ type: 'warning', message: event.message });
    else if (event.stage === 'encoding') emit({ type: 'encoding' });
    else if (event.stage === 'denoising') {
      let preview: EnginePreview | undefined;
      if (job.previews) {
        previewer ??= await createPreviewer(model, event.latentSize);
        preview = await spriteSheet(previewer, event);
      }
      const { step, total } = event;
      emit({ type: 'denoising', step, total, secondsLeft: clock.left(step, total), ...(preview ? { preview } : {}) });
    } else {
      const { picture, frameIndex, total } = event;
      size = { width: picture.width, height: picture.height };
      hash.update(picture.data);
      const png = await encodePng({ ...size, data: Uint8Array.from(picture.data) });
      await writeFile(join(framesFolder, `${String(frameIndex).padStart(5, '0')}.png`), png).catch((cause: unknown) => {
        throw writeFailure(cause, framesFolder);
      });
      emit({
        type: 'decoding',
        frame: frameIndex + 1,
        total,
        secondsLeft: clock.left(frameIndex + 1, total, 'decoding'),
      });
    }
  }
  for (const message of model.warnings.splice(0)) emit({ type: 'warning', message });
  await store.remove('state');
  return {
    framesFolder,
    frameCount: prepared.totalFrames,
    ...size,
    framesPerSecond: prepared.framesPerSecond,
    frameRate: prepared.frameRate,
    framesSha256: hash.digest('hex'),
    latentsPath: join(job.folder, 'latents.safetensors'),
    modelName: model.description.name,
    modelHash: await model.modelHash(),
    provider: model.provider,
    seconds: (performance.now() - started) / 1000,
  };
}

async function freshFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw writeFailure(cause, folder);
  }
}

async function prepare(
  job: EngineJob,
  { model, signal, emit, decoderMemoryBytes, remember }: JobSurroundings,
): Promise<PreparedJob> {
  const store = folderRunStore(job.folder);
  const tokenizer = await remember('tokenizer', () => tokenizerOf(model));
  const context = { tokenizer, store, signal, decoderMemoryBytes, remember };
  emit({ type: 'loading', what: job.kind === 'generate' ? 'picture' : 'clip' });
  if (job.kind === 'edit') {
    const { clip, facts, key } = await remember(await inputsFingerprint(job), () => openClip(job));
    const request = { clip, parameters: job.settings, inputsKey: key };
    const rates = { totalFrames: clip.frames, framesPerSecond: facts.framesPerSecond, frameRate: facts.frameRate };
    if (!job.decodeOnly) return { events: editVideo(model, request, context), ...rates };
    const { latents, shape } = await loadLatents(store);
    return { events: decodeEdit(model, request, latents, shape, context), ...rates };
  }
  const framesPerSecond = job.settings.framesPerSecond ?? model.description.framesPerSecond;
  const rates = { framesPerSecond, frameRate: String(framesPerSecond) };
  const saved = job.decodeOnly ? await loadLatents(store) : undefined;
  const { picture, mask, key } = await remember(await inputsFingerprint(job), () => readGenerateInputs(job));
  const request = { picture, mask, parameters: job.settings, inputsKey: key };
  const events = saved
    ? decodeGeneration(model, request, saved.latents, saved.shape, context)
    : generateVideo(model, request, context);
  return { events, totalFrames: job.settings.frames, ...rates };
}

async function spriteSheet(
  previewer: Previewer,
  event: Extract<PipelineEvent, { stage: 'denoising' }>,
): Promise<EnginePreview> {
  const pictures = await previewer(event.denoised, event.window.frames);
  return { ...(await encodeSpriteSheet(pictures, 8)), firstFrame: event.window.start };
}

/** Time left, from the mean time of the steps seen so far; the first of a stage is not counted, as it also loads. */
class StepClock {
  #stage = '';
  #first = 0;
  #firstStep = 0;

  left(step: number, total: number, stage = 'denoising'): number {
    const now = performance.now();
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#first = now;
      this.#firstStep = step;
      return 0;
    }
    const perStep = (now - this.#first) / Math.max(1, step - this.#firstStep);
    return (perStep * (total - step)) / 1000;
  }
}
