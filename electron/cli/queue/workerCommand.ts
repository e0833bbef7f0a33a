import { StudioError } from '../../../models/errors/studioError.ts';
import { modelHashOf } from '../../../models/families/modelHashOf.ts';
import { EngineHost } from '../../engine/engineHost.ts';
import { runQueueWorker, type WorkerModel } from '../../queue/queueWorker.ts';
import { cacheRoot } from '../../services/studioPlaces.ts';
import type { Console } from '../console.ts';
import { listModelFolders } from '../models/modelFolders.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';
import { queueOfOptions } from './queueOptions.ts';

/** `magdiff worker`: makes takes that studios hand to a queue, until interrupted; a take in the making then goes back to it. */
export async function workerCommand(values: TakeOptionValues, console: Console): Promise<void> {
  const place = queueOfOptions(values);
  if (!place)
    throw new StudioError('usage', 'A worker needs a queue.', { hint: 'Name it with --queue redis://HOST:6379/NAME.' });
  const cacheFolder = cacheRoot();
  const models: WorkerModel[] = [];
  for (const { name, folder } of await listModelFolders())
    await modelHashOf(folder, cacheFolder).then(
      (hash) => models.push({ folder, title: name, hash }),
      (error: unknown) => console.note('skipped', `${name}: ${error instanceof Error ? error.message : String(error)}`),
    );
  const [first] = models;
  if (!first)
    throw new StudioError('model-missing', 'There is no model here that takes could be made with.', {
      hint: '`magdiff models list` says what is installed.',
    });
  const engine = new EngineHost({ cacheFolder });
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const { provider } = await engine.device(first.folder);
    const onNote = (note: string): void => console.note('worker', note);
    await runQueueWorker({ place, models, provider, engine, onNote }, stop.signal);
  } finally {
    await engine.close();
  }
}
