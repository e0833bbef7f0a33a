import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import type { EngineHost } from '../../engine/engineHost.ts';
import type { EngineJob, TakeResult } from '../../engine/engineProtocol.ts';
import { jobResult } from './jobResult.ts';

/** A job's frames, as they lie in its folder from an earlier run of the same recipe, else made now. @throws StudioError, CancelledError */
export async function keptTake(host: EngineHost, job: EngineJob, signal: AbortSignal): Promise<TakeResult> {
  const marker = join(job.folder, 'result.json');
  const key = JSON.stringify([job.settings, job.source, job.mask, job.modelFolder]);
  const known = await readFile(marker, 'utf8').then(JSON.parse, () => undefined);
  if (known?.key === key) return known.result;
  await mkdir(job.folder, { recursive: true });
  const result = await jobResult(host, job, signal, () => undefined);
  await writeFileAtomic(marker, JSON.stringify({ key, result }));
  return result;
}
