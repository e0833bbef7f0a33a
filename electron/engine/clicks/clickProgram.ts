import { StudioError } from '../../../models/errors/studioError.ts';
import { AskedProgram } from '../../children/askedProgram.ts';
import { childEntry } from '../../children/childEntry.ts';
import type { ClickAnswer, ClickRegion, ClickWork } from './clickProtocol.ts';

/** How long the process is kept with nothing to do: a model is hundreds of megabytes. */
const idleMilliseconds = 5 * 60_000;

/** Selects subjects by clicks in a process of its own, which is started with the first request and ends when it was idle for a while. */
export class ClickProgram {
  readonly #program: AskedProgram<ClickWork, ClickAnswer>;

  /** `cacheFolder`: where graphs that were optimised are kept. */
  constructor(cacheFolder?: string) {
    this.#program = new AskedProgram({
      entry: childEntry('clickProcess', import.meta.url),
      title: 'MagDiff clicks',
      environment: { ...process.env, ...(cacheFolder ? { MAGDIFF_CACHE: cacheFolder } : {}) },
      idleMilliseconds,
    });
  }

  /** Does a piece of work after those asked for before. @throws StudioError */
  async work(work: ClickWork): Promise<ClickRegion | null> {
    const answer = await this.#program.ask(work);
    if (!answer)
      throw new StudioError('internal', 'Selecting by clicks stopped unexpectedly.', {
        hint: 'Click again; with little memory free, close other programs or use a smaller SAM 2.1.',
      });
    if (!answer.ok) throw StudioError.fromJSON(answer.error);
    return answer.region;
  }

  /** Ends the process. */
  close(): void {
    this.#program.close();
  }
}
