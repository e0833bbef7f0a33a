import { StudioError } from '../../../models/errors/studioError.ts';
import { childEntry } from '../../children/childEntry.ts';
import { type ChildProgram, startChild } from '../../children/childProgram.ts';
import type { ClickAnswer, ClickRegion, ClickWork } from './clickProtocol.ts';

interface Waiter {
  resolve(region: ClickRegion | null): void;
  reject(cause: StudioError): void;
}

/** How long the process is kept with nothing to do: a model is hundreds of megabytes. */
const idleMilliseconds = 5 * 60_000;

/** Selects subjects by clicks in a process of its own, which is started with the first request and ends when it was idle for a while. */
export class ClickProgram {
  readonly #cacheFolder: string | undefined;
  readonly #waiting = new Map<number, Waiter>();
  #child: ChildProgram | undefined;
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;

  /** `cacheFolder`: where graphs that were optimised are kept. */
  constructor(cacheFolder?: string) {
    this.#cacheFolder = cacheFolder;
  }

  /** Does a piece of work after those asked for before. @throws StudioError */
  work(work: ClickWork): Promise<ClickRegion | null> {
    clearTimeout(this.#idle);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child ??= this.#start();
      this.#child.hold(true);
      this.#child.send({ id, work });
    });
  }

  /** Ends the process. */
  close(): void {
    clearTimeout(this.#idle);
    this.#child?.kill();
    this.#child = undefined;
  }

  #start(): ChildProgram {
    const started = startChild<ClickAnswer>(childEntry('clickProcess', import.meta.url), {
      title: 'MagDiff clicks',
      environment: { ...process.env, ...(this.#cacheFolder ? { MAGDIFF_CACHE: this.#cacheFolder } : {}) },
      onMessage: (answer) => {
        const waiter = this.#waiting.get(answer.id);
        this.#waiting.delete(answer.id);
        if (answer.ok) waiter?.resolve(answer.region);
        else waiter?.reject(StudioError.fromJSON(answer.error));
        if (this.#waiting.size > 0) return;
        started.hold(false);
        this.#idle = setTimeout(() => this.close(), idleMilliseconds);
        this.#idle.unref();
      },
      onExit: () => {
        if (this.#child === started) this.#child = undefined;
        const stopped = new StudioError('internal', 'Selecting by clicks stopped unexpectedly.', {
          hint: 'Click again; with little memory free, close other programs or use a smaller SAM 2.1.',
        });
        for (const { reject } of this.#waiting.values()) reject(stopped);
        this.#waiting.clear();
      },
    });
    return started;
  }
}
