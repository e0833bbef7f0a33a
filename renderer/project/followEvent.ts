import type { DocumentDiff } from '../../electron/contract/documentDiff.ts';
import { errorFromWire } from '../../electron/contract/errorOnWire.ts';
import type { StudioEvent } from '../../electron/contract/events.ts';
import { isFinal, type JobView } from '../../electron/contract/jobs.ts';
import { followStatus } from '../editor/followed.ts';
import { texts } from '../ui/texts/texts.ts';
import type { ProjectScope } from './projectScope.ts';

/** Brings an open project up to what the studio tells of it. */
export function followEvent(project: ProjectScope, event: StudioEvent): void {
  const { session } = project.editor;
  if (projectOf(event) !== project.id) return;
  switch (event.type) {
    case 'job':
      if (event.job.live) followLive(project, event.job);
      else followJob(project, event.job);
      return;
    case 'jobGone':
      session.set({ jobs: session.state.jobs.filter((job) => job.id !== event.jobId) });
      return;
    case 'document':
      if (event.windowId === 'studio') followDocument(project, event.diff);
      else if (event.windowId !== project.windowId) project.editor.receive(event.diff);
      return;
    case 'writer':
      session.set({ writer: event.windowId === project.windowId });
      return;
    case 'thumbnail': {
      const { assetId, index, count, url } = event;
      const strip = [...(session.state.thumbnails[assetId] ?? new Array<string | undefined>(count).fill(undefined))];
      strip[index] = url;
      session.set({ thumbnails: { ...session.state.thumbnails, [assetId]: strip } });
      return;
    }
    case 'waveform':
      void project.messages.attempt(async () => {
        const bytes = new Uint8Array(await (await fetch(event.url)).arrayBuffer());
        session.set({ waveforms: { ...session.state.waveforms, [event.assetId]: bytes } });
      });
  }
}

function projectOf(event: StudioEvent): string | undefined {
  if (event.type === 'job') return event.job.projectId;
  return 'projectId' in event ? event.projectId : undefined;
}

/** A change by the studio: a finished take is shown at once, what was followed is a step that can be taken back. */
function followDocument({ editor, messages }: ProjectScope, diff: DocumentDiff): void {
  const followed = diff.added.find((record) => record.kind === 'followed');
  if (followed) {
    editor.adopt('Follow', diff);
    const mask = editor.document.get('mask', followed.maskId);
    const status = mask && followStatus(editor.document, mask);
    if (status) messages.notify(texts.follow.done(status.frameCount, status.doubtfulCount));
    return;
  }
  editor.receive(diff);
  const take = diff.added.find((record) => record.kind === 'take');
  if (!take) return;
  const { viewMode } = editor.session.state;
  editor.look({ takeId: take.id });
  editor.session.set({ livePreview: null, viewMode: viewMode === 'source' ? 'sideBySide' : viewMode });
}

/** A live preview's progress; older ones than the last pass by. */
function followLive({ editor: { session }, messages }: ProjectScope, job: JobView): void {
  const last = session.state.livePreview;
  if (!session.state.liveMode || (last && last.createdAt > job.createdAt)) return;
  const { id: jobId, sourceId, createdAt, state, step, total, preview } = job;
  session.set({
    livePreview: { jobId, sourceId, createdAt, state, step, total, sheet: preview ?? last?.sheet ?? null },
  });
  if (job.state === 'failed' && job.error) messages.fail(errorFromWire(job.error));
}

function followJob({ editor, messages }: ProjectScope, job: JobView): void {
  const { session } = editor;
  const { jobs, liveMode, viewMode } = session.state;
  const known = jobs.some((other) => other.id === job.id);
  session.set({ jobs: known ? jobs.map((other) => (other.id === job.id ? job : other)) : [...jobs, job] });
  if (job.state === 'failed' && job.error) messages.fail(errorFromWire(job.error));
  if (job.preview && !isFinal(job.state) && !liveMode) {
    const { id: jobId, sourceId, createdAt, state, step, total } = job;
    session.set({ livePreview: { jobId, sourceId, createdAt, state, step, total, sheet: job.preview } });
    if (viewMode === 'source' && sourceId === editor.view?.sourceId) session.set({ viewMode: 'sideBySide' });
  }
  if (isFinal(job.state) && session.state.livePreview?.jobId === job.id) session.set({ livePreview: null });
}
