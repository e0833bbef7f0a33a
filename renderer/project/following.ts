import type { DocumentDiff } from '../../electron/contract/documentDiff.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import { isFinal, type JobView } from '../../electron/contract/jobs.ts';
import type { MaskRecord } from '../../electron/contract/records.ts';
import { StudioError } from '../../models/errors/studioError.ts';
import { MaskSequence } from '../../models/masks/maskSequence.ts';
import { followStatus } from '../editor/followed.ts';
import { activeMask } from '../editor/maskCommands.ts';
import { StateStore } from '../editor/stateStore.ts';
import { timelineFrameOfSource } from '../editor/timelineCommands.ts';
import type { Playback } from '../preview/Playback.ts';
import { assetUrl, shownSourceFrame } from '../preview/shownFrames.ts';
import { texts } from '../ui/texts/texts.ts';
import type { ProjectScope } from './projectScope.ts';

type FollowedEvent = Extract<StudioEvent, { type: 'followed' }>;

/** What a running job has followed so far, frame by frame. */
export interface LiveFollow {
  readonly jobId: string;
  readonly maskId: string;
  readonly frames: ReadonlyMap<number, FollowedEvent>;
  /** The frame that came last. */
  readonly latest: number;
}

/** Following the looked-at mask through its clip: starting and stopping it, looking on, and finding the frames it doubts. */
export class Following {
  readonly state = new StateStore<{ live: LiveFollow | null }>({ live: null });
  readonly #project: ProjectScope;
  readonly #playback: Playback;
  #frames = new Map<number, FollowedEvent>();
  /** The playhead as it was set last while it looks on, and where it began; another place is the hand's. */
  #watch: { readonly begun: number; shown: number } | undefined;

  constructor(project: ProjectScope, playback: Playback) {
    this.#project = project;
    this.#playback = playback;
  }

  /** The job that follows a mask now. */
  jobOf(maskId: string | undefined): JobView | undefined {
    const { jobs } = this.#project.editor.session.state;
    return jobs.find((job) => job.kind === 'follow' && job.maskId === maskId && !isFinal(job.state));
  }

  /** Why the looked-at mask cannot be followed now; undefined where it can. */
  obstacle(): string | undefined {
    const { editor } = this.#project;
    const mask = activeMask(editor);
    const source = editor.document.get('source', editor.view?.sourceId);
    if (source?.media !== 'clip') return texts.follow.needsClip;
    if (!mask || editor.document.childrenOf('maskKey', mask.id).length === 0) return texts.follow.needsKey;
    if (this.jobOf(mask.id)) return texts.follow.busy;
    if (followStatus(editor.document, mask).open.length === 0) return texts.follow.upToDate;
    return undefined;
  }

  /** Follows the looked-at mask from its keys, where it was not followed from them before; cancels that where it is under way. */
  async toggle({ acrossCuts = false } = {}): Promise<void> {
    const { id: projectId, client, editor, messages } = this.#project;
    const mask = activeMask(editor);
    const job = this.jobOf(mask?.id);
    if (job) {
      await client.call('jobs.cancel', { projectId, jobId: job.id });
      return;
    }
    const obstacle = acrossCuts ? undefined : this.obstacle();
    if (obstacle !== undefined || !mask) return messages.notify(obstacle ?? texts.follow.needsKey);
    if (!editor.session.state.writer) return;
    await this.#project.flush();
    const { playhead, speed } = editor.session.state;
    this.#watch = speed === 0 ? { begun: playhead, shown: playhead } : undefined;
    await client.call('masks.follow', { projectId, request: { maskId: mask.id, acrossCuts } });
  }

  /** Goes to the most doubtful frame; from one that is doubtful to the next less doubtful. */
  nextDoubt(): void {
    const { editor, messages } = this.#project;
    const mask = activeMask(editor);
    const source = editor.document.get('source', mask?.sourceId);
    const doubts = mask ? followStatus(editor.document, mask).doubts : [];
    const here = source && shownSourceFrame(editor, source);
    const next = doubts[(doubts.findIndex(({ frame }) => frame === here) + 1) % doubts.length];
    if (next) this.goTo(next.frame);
    else messages.notify(texts.follow.noDoubts);
  }

  /** Shows a frame of the looked-at source. */
  goTo(sourceFrame: number): void {
    const { editor } = this.#project;
    const source = editor.document.get('source', editor.view?.sourceId);
    const frame = source && timelineFrameOfSource(editor.document, source, sourceFrame);
    if (frame !== undefined) this.#playback.seek(frame);
  }

  /** Takes everything away that was followed of a mask; what was made by hand stays. */
  forget(mask: MaskRecord): void {
    const { editor } = this.#project;
    editor.remove('Remove followed masks', ...editor.document.childrenOf('followed', mask.id));
  }

  /** Takes in a frame that a job has followed, and shows it where the hand has not gone elsewhere. */
  receive(event: FollowedEvent): void {
    const { live } = this.state.state;
    if (live?.jobId !== event.jobId) this.#frames = new Map();
    this.#frames.set(event.frame, event);
    const { jobId, maskId, frame: latest } = event;
    this.state.set({ live: { jobId, maskId, latest, frames: this.#frames } });
    const { editor } = this.#project;
    const source = editor.document.get('source', editor.document.get('mask', maskId)?.sourceId);
    const playhead = source && timelineFrameOfSource(editor.document, source, latest);
    const { session } = editor;
    if (playhead === undefined || session.state.playhead !== this.#watch?.shown) return;
    this.#watch.shown = playhead;
    session.set({ playhead });
  }

  /** Reads the masks of runs that have come, and drops the preview of a job that has ended. */
  async followDocument(diff: DocumentDiff): Promise<void> {
    const runs = diff.added.flatMap((record) => (record.kind === 'followed' ? [record] : []));
    if (runs.length === 0) return;
    await this.read(runs.map((run) => run.masksAssetId));
    if (runs.some((run) => run.maskId === this.state.state.live?.maskId)) this.end(this.state.state.live?.jobId);
  }

  /** Drops a job's preview; the playhead goes back to where it was when it looked on to the end. */
  end(jobId: string | undefined): void {
    if (jobId === undefined || this.state.state.live?.jobId !== jobId) return;
    const { session } = this.#project.editor;
    if (this.#watch && session.state.playhead === this.#watch.shown) session.set({ playhead: this.#watch.begun });
    this.#watch = undefined;
    this.#frames = new Map();
    this.state.set({ live: null });
  }

  /** Reads sequences of masks that are not there yet. */
  async read(assetIds: readonly string[]): Promise<void> {
    const { id, editor } = this.#project;
    const missing = [...new Set(assetIds)].filter((assetId) => !editor.sequences.state.byAsset.has(assetId));
    const read = await Promise.all(
      missing.map(async (assetId) => {
        const response = await fetch(assetUrl(id, assetId));
        if (!response.ok)
          throw new StudioError('asset-missing', 'The masks of a followed subject are missing.', {
            hint: 'Follow the subject again.',
          });
        return [assetId, MaskSequence.read(new Uint8Array(await response.arrayBuffer()))] as const;
      }),
    );
    if (read.length > 0) editor.sequences.set({ byAsset: new Map([...editor.sequences.state.byAsset, ...read]) });
  }
}
