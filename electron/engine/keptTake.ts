import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../models/files/atomicFile.ts';
import type { EnginePort } from './enginePort.ts';
import type { EngineJob, TakeResult } from './engineProtocol.ts';
import { jobResult } from './jobResult.ts';

/** A job's frames, as they lie in its folder from an earlier run of the same recipe, else made now. @throws StudioError, CancelledError */
export async function keptTake(engine: EnginePort, job: EngineJob, signal: AbortSignal): Promise<TakeResult> {
  const marker = join(job.folder, 'result.json');
  const key = JSON.stringify([job.settings, job.source, job.mask, job.modelFolder]);
  const known = await readFile(marker, 'utf8').then(JSON.parse, () => undefined);
  if (known?.key === key) return known.result;
  await mkdir(job.folder, { recursive: true });
  const result = await jobResult(engine, job, signal, () => undefined);
  await writeFileAtomic(marker, JSON.stringify({ key, result }));
  return result;
}
