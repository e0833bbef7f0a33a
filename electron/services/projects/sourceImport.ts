import { rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { newId } from '../../contract/newId.ts';
import type { SourceRecord } from '../../contract/records.ts';
import type { MediaPort } from '../media/mediaPort.ts';
import type { OpenProject } from './openProject.ts';

/** A source that was brought in, and what is to be said of it. */
export interface ImportedSource {
  readonly source: SourceRecord;
  /** What is wrong with its file, though it can be used; null where nothing is. */
  readonly note: string | null;
}

/** Frames at a clip's end that must be there for it to be whole. */
const tailFrames = 4;

/**
 * How many of a clip's frames can be read: all that its container promises where some of the last ones can, else as many as come. A frame
 * more or less at the very end is no damage: containers round. @throws StudioError where none can be read
 */
async function readableFrames(
  media: MediaPort,
  path: string,
  facts: Pick<SourceRecord, 'media' | 'framesPerSecond'>,
  promised: number,
): Promise<number> {
  const count = async (firstFrame: number): Promise<number> => {
    const size = { width: 16, height: 16 };
    const signal = AbortSignal.timeout(300_000);
    const wanted = { ...size, firstFrame, frameCount: promised - firstFrame, everyNth: 1, signal };
    let frames = 0;
    try {
      for await (const _frame of media.readFrames(path, { ...facts, frameCount: promised }, wanted)) frames += 1;
    } catch (error) {
      // What was read before the damage is whole.
      if (firstFrame === 0 && frames === 0) throw error;
    }
    return frames;
  };
  if (promised <= tailFrames || (await count(promised - tailFrames)) > 0) return promised;
  const frames = await count(0);
  return frames >= promised - tailFrames ? promised : Math.max(1, frames);
}

/**
 * Takes an uploaded file into a project's assets and describes it as a source record (not yet in the document).
 * @throws StudioError from probing: a file that is no picture or clip leaves nothing behind
 */
export async function importSource(
  media: MediaPort,
  project: OpenProject,
  path: string,
  name: string,
): Promise<ImportedSource> {
  try {
    const facts = await media.probe(path);
    if (facts.width > 32_768 || facts.height > 32_768)
      throw new StudioError(
        'media-unsupported',
        `${name} is ${facts.width} × ${facts.height} pixels; up to 32768 a side can be opened.`,
        { hint: 'Scale it down first.' },
      );
    const promised = Math.max(1, Math.round(facts.frameCount));
    const frameCount =
      facts.media === 'clip'
        ? await readableFrames(media, path, facts, promised)
        : facts.media === 'sound'
          ? promised
          : 1;
    const note =
      frameCount < promised ? `${name} is cut short: ${frameCount} of its ${promised} frames can be read.` : null;
    const assetId = await project.store.assets.putFile(path);
    const sizeBytes = (await project.store.assets.sizeOf(assetId)) ?? 0;
    const source: SourceRecord = {
      kind: 'source',
      id: newId('source'),
      media: facts.media,
      assetId,
      name: name.slice(0, 200) || `untitled${extname(path)}`,
      mimeType: facts.mimeType,
      sizeBytes,
      width: facts.width,
      height: facts.height,
      frameCount,
      framesPerSecond: facts.framesPerSecond,
      durationSeconds: note === null ? facts.durationSeconds : frameCount / facts.framesPerSecond,
      hasAudio: facts.hasAudio,
      hasAlpha: facts.hasAlpha,
      inFrame: 0,
      outFrame: frameCount,
      createdAt: new Date().toISOString(),
    };
    project.noteImported(source);
    return { source, note };
  } catch (error) {
    throw naming(error, path, name);
  } finally {
    await rm(path, { force: true });
  }
}

/** The same failure, speaking of the user's file instead of the upload's own path. */
function naming(error: unknown, path: string, name: string): unknown {
  if (!(error instanceof StudioError)) return error;
  const message = error.message.replaceAll(path, name);
  return StudioError.fromJSON({ ...error.toJSON(), message });
}

/** The sources whose files are gone from the project. */
export async function missingSources(project: OpenProject): Promise<string[]> {
  const missing: string[] = [];
  for (const source of project.store.all('source'))
    if ((await project.store.assets.sizeOf(source.assetId)) === undefined) missing.push(source.id);
  return missing;
}
