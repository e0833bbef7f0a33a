import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';

/** What work of a kind took: seconds until its first unit was done, which also loads networks, and for each one after it. */
const pace = z.strictObject({ first: z.number().min(0), each: z.number().min(0) });

/** See {@link pace}. */
export type Pace = z.output<typeof pace>;

const pastRuns = z.record(z.string().max(1000), pace);

/** Kinds of work that are remembered; those not done for longest are forgotten. */
const mostKinds = 400;
/** What the latest run counts against those before it. */
const latestShare = 0.6;

/**
 * What runs on this machine took, by kind of work (model, device, size), in a file of the user's. One that cannot be read or written costs
 * estimates their memory, nothing else.
 */
export class PastRuns {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** All that is known. */
  async read(): Promise<ReadonlyMap<string, Pace>> {
    if (this.#path === undefined) return new Map();
    try {
      return new Map(Object.entries(pastRuns.parse(JSON.parse(await readFile(this.#path, 'utf8')))));
    } catch {
      return new Map();
    }
  }

  /** Remembers what a run took. */
  async learn(run: ReadonlyMap<string, Pace>): Promise<void> {
    if (this.#path === undefined || run.size === 0) return;
    const known = new Map(await this.read());
    for (const [kind, { first, each }] of run) {
      const before = known.get(kind);
      // What was done last stands last.
      known.delete(kind);
      const mixed = (latest: number, earlier: number): number => latestShare * latest + (1 - latestShare) * earlier;
      known.set(kind, before ? { first: mixed(first, before.first), each: mixed(each, before.each) } : { first, each });
    }
    const kept = [...known].slice(-mostKinds);
    await writeFileAtomic(this.#path, JSON.stringify(Object.fromEntries(kept))).catch(() => undefined);
  }
}
