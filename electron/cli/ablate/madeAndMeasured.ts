import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { measuredTake } from '../../contract/measures/measures.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import type { TakeSettings } from '../../contract/takeSettings.ts';
import type { EngineHost } from '../../engine/engineHost.ts';
import { jobOfRecipe, type RecipePlaces } from '../../engine/jobOfRecipe.ts';
import { keptTake } from '../../engine/keptTake.ts';
import type { MeasuredResult } from '../../services/ablation/ablationReport.ts';
import { measureTake } from '../../services/measures/measureTake.ts';
import type { OpenedReaders } from '../../services/measures/openReaders.ts';
import { framesOf, takeOfJob } from '../../services/measures/takeToMeasure.ts';

/** What takes of one subject and sentence have in common. */
export interface TakeBase {
  readonly recipe: TakeRecipe;
  readonly places: Pick<RecipePlaces, 'modelFolder' | 'provider' | 'sourcePath' | 'maskPath'>;
}

/** Makes takes and measures them, each in a folder of its own: what lies there from an earlier run of the same recipe and readers is taken. */
export class TakeMaker {
  readonly #host: EngineHost;
  readonly #readers: OpenedReaders;
  readonly #signal: AbortSignal;

  constructor(host: EngineHost, readers: OpenedReaders, signal: AbortSignal) {
    this.#host = host;
    this.#readers = readers;
    this.#signal = signal;
  }

  async make({ recipe, places }: TakeBase, settings: TakeSettings, folder: string): Promise<MeasuredResult> {
    const job = jobOfRecipe({ ...recipe, settings }, { id: 'take', folder, previews: false, ...places });
    const result = await keptTake(this.#host, job, this.#signal);
    const { pictures, sentences, subjects, world, model } = this.#readers;
    const key = JSON.stringify([
      result.framesSha256,
      [pictures, sentences, subjects, ...Object.values(world?.readers ?? {})].map((reader) => reader?.title),
    ]);
    const path = join(folder, 'measured.json');
    const known = await readFile(path, 'utf8').then(JSON.parse, () => undefined);
    const parsed = known?.key === key ? measuredTake.safeParse(known.measured) : undefined;
    if (parsed?.success) return { result, measured: parsed.data };
    const take = await takeOfJob(await framesOf(result.framesFolder), job, model);
    const measured = await measureTake(take, this.#readers);
    await writeFileAtomic(path, JSON.stringify({ key, measured }));
    return { result, measured };
  }
}
