import { readFile } from 'node:fs/promises';
import type { DocumentRecord } from '../../electron/contract/records.ts';
import { takeIdOf } from '../../electron/services/jobs/takeJobFile.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import type { RemoteStudio } from './remoteStudio.ts';

/** Failures after which a job may be tried again: what was done to it was meant to hurt. */
const excusable = new Set(['disk-full', 'file-unwritable', 'file-unreadable', 'engine-crashed', 'internal']);

/** What a campaign counts. */
export interface Tally {
  acknowledged: number;
  refused: number;
  checked: number;
  /** Acknowledged gestures that were not there after a restart. */
  lost: number;
  clipsImported: number;
  jobsStarted: number;
  jobsLost: number;
  jobsDoubled: number;
  jobsWronglyFailed: number;
}

/** A random number below `limit`. */
export type Random = (limit: number) => number;

/** One person's work on a project: gestures on markers and takes, and what the studio said was saved of them. */
export class Sitting {
  readonly tally: Tally;
  readonly #projectId: string;
  readonly #random: Random;
  readonly #request: Record<string, unknown>;
  /** Labels of the markers whose last change was acknowledged; undefined: acknowledged as removed. */
  readonly #known = new Map<string, string | undefined>();
  /** Markers of which a change was never answered: either state is right. */
  readonly #uncertain = new Set<string>();
  readonly #busy = new Set<string>();
  readonly #jobs = new Map<string, number>();
  #number = 0;
  #seeds = 0;

  /** `request`: a take to ask for, without its seed. */
  constructor(projectId: string, request: Record<string, unknown>, random: Random, tally: Tally) {
    this.#projectId = projectId;
    this.#request = request;
    this.#random = random;
    this.tally = tally;
  }

  /** Opens the project; what was acknowledged must be there. `mayLack`: gestures that may be missing, since their record was damaged. */
  async open(studio: RemoteStudio, mayLack = 0): Promise<string | null> {
    const opened = await studio.call('projects.open', { projectId: this.#projectId, windowId: 'w' });
    const records = opened.records as DocumentRecord[];
    const labels = new Map(records.flatMap((record) => (record.kind === 'marker' ? [[record.id, record.label]] : [])));
    let wrong = 0;
    for (const [id, label] of this.#known) {
      this.tally.checked++;
      if (!this.#uncertain.has(id) && labels.get(id) !== label) wrong++;
    }
    if (wrong > mayLack) this.tally.lost += wrong - mayLack;
    this.#uncertain.clear();
    this.#busy.clear();
    for (const id of new Set([...this.#known.keys(), ...labels.keys()])) this.#known.set(id, labels.get(id));
    return opened.recovery as string | null;
  }

  /** Makes gestures, three at a time, until told to stop. */
  async gesture(studio: RemoteStudio, isOver: () => boolean): Promise<void> {
    await Promise.all(
      [0, 1, 2].map(async () => {
        while (!isOver()) await this.#oneGesture(studio);
      }),
    );
  }

  async #oneGesture(studio: RemoteStudio): Promise<void> {
    const there = [...this.#known].flatMap(([id, label]) =>
      label !== undefined && !this.#busy.has(id) ? [{ id, label }] : [],
    );
    const chosen = this.#random(3) === 0 ? undefined : there[this.#random(Math.max(1, there.length))];
    const id = chosen?.id ?? `marker-${this.#number++}`;
    const label = `${id} ${this.#number++} ${'x'.repeat(this.#random(400) % 150)}`;
    const marker = (text: string): DocumentRecord => ({
      kind: 'marker',
      id,
      frameIndex: 1,
      label: text,
      colour: 'green',
    });
    const isRemoval = chosen !== undefined && this.#random(4) === 0;
    const diff = {
      added: chosen ? [] : [marker(label)],
      updated: chosen && !isRemoval ? [[marker(chosen.label), marker(label)]] : [],
      removed: chosen && isRemoval ? [marker(chosen.label)] : [],
    };
    this.#busy.add(id);
    try {
      await studio.call('document.apply', { projectId: this.#projectId, windowId: 'w', diff });
      this.#known.set(id, isRemoval ? undefined : label);
      this.tally.acknowledged++;
      this.#busy.delete(id);
    } catch (error) {
      // A refusal leaves things as they were; no answer leaves them open until the project is opened again.
      if (error instanceof StudioError) {
        this.tally.refused++;
        this.#busy.delete(id);
        await new Promise((done) => setTimeout(done, 5));
      } else {
        this.#uncertain.add(id);
        if (!this.#known.has(id)) this.#known.set(id, undefined);
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  }

  /** Whether a gesture is taken again, within some seconds of a fault's end. A studio that was killed meanwhile need not. */
  async goesOn(studio: RemoteStudio): Promise<boolean> {
    const before = this.tally.acknowledged;
    for (let tries = 0; tries < 100; tries++) {
      if (this.tally.acknowledged > before || studio.process.exitCode !== null) return true;
      await new Promise((done) => setTimeout(done, 100));
    }
    return false;
  }

  /** Brings a clip in, as a source that is not yet in the document. */
  async importClip(studio: RemoteStudio, path: string): Promise<void> {
    const uploadId = await studio.upload(await readFile(path));
    await studio.call('sources.import', { projectId: this.#projectId, uploadId, name: 'clip.mp4' });
    this.tally.clipsImported++;
  }

  /** Asks for a take, unless one is under way. */
  async startTake(studio: RemoteStudio): Promise<void> {
    if ((await this.#unfinished(studio)).length > 0) return;
    // Of its own also where the answer is lost: the studio may make that take all the same.
    const seed = ++this.#seeds;
    const settings = { task: 'generate', prompt: 'a', seed, steps: 6, frames: 2 };
    const request = { ...this.#request, settings };
    const answer = await studio.call('jobs.start', { projectId: this.#projectId, windowId: 'w', request, live: false });
    this.#jobs.set(String(answer.jobId), seed);
    this.tally.jobsStarted++;
  }

  async #unfinished(studio: RemoteStudio): Promise<string[]> {
    const opened = await studio.call('projects.open', { projectId: this.#projectId, windowId: 'w' });
    const takes = new Set((opened.records as DocumentRecord[]).map((record) => record.id));
    return [...this.#jobs.keys()].filter((id) => !takes.has(takeIdOf(id)));
  }

  /** Lets every job end, and counts those that are lost, doubled, or failed for no reason. */
  async finish(studio: RemoteStudio): Promise<void> {
    let waiting = await this.#unfinished(studio);
    for (let round = 0; waiting.length > 0 && round < 200; round++) {
      const { jobs } = await studio.call('projects.open', { projectId: this.#projectId, windowId: 'w' });
      const views = new Map(
        (jobs as { id: string; state: string; error: { code: string } | null }[]).map((job) => [job.id, job]),
      );
      for (const id of waiting) {
        const view = views.get(id);
        if (view?.state === 'failed' && excusable.has(view.error?.code ?? ''))
          await studio.call('jobs.retry', { projectId: this.#projectId, jobId: id });
      }
      await new Promise((done) => setTimeout(done, 300));
      waiting = await this.#unfinished(studio);
    }
    const { records, jobs } = await studio.call('projects.open', { projectId: this.#projectId, windowId: 'w' });
    const listed = new Set((jobs as { id: string }[]).map((job) => job.id));
    const seeds = (records as DocumentRecord[]).flatMap((record) =>
      record.kind === 'take' ? [record.recipe.settings.seed] : [],
    );
    this.tally.jobsDoubled = seeds.length - new Set(seeds).size;
    this.tally.jobsLost = waiting.filter((id) => !listed.has(id)).length;
    this.tally.jobsWronglyFailed = waiting.filter((id) => listed.has(id)).length;
  }
}
