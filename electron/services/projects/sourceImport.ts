import { rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { newId } from '../../contract/newId.ts';
import type { SourceRecord } from '../../contract/records.ts';
import type { MediaPort } from '../media/mediaPort.ts';
import type { OpenProject } from './openProject.ts';

/**
 * Takes an uploaded file into a project's assets and describes it as a source record (not yet in the document).
 * @throws StudioError from probing: a file that is no picture or clip leaves nothing behind
 */
export async function importSource(
  media: MediaPort,
  project: OpenProject,
  path: string,
  name: string,
): Promise<SourceRecord> {
  try {
    const facts = await media.probe(path);
    if (facts.width > 32_768 || facts.height > 32_768)
      throw new StudioError(
        'media-unsupported',
        `${name} is ${facts.width} × ${facts.height} pixels; up to 32768 a side can be opened.`,
        { hint: 'Scale it down first.' },
      );
    const assetId = await project.store.assets.putFile(path);
    const sizeBytes = (await project.store.assets.sizeOf(assetId)) ?? 0;
    const frameCount = Math.max(1, Math.round(facts.frameCount));
    return {
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
      durationSeconds: facts.durationSeconds,
      hasAudio: facts.hasAudio,
      hasAlpha: facts.hasAlpha,
      inFrame: 0,
      outFrame: frameCount,
      createdAt: new Date().toISOString(),
    };
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
