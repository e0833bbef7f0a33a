import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { newId } from '../../contract/newId.ts';
import type { ItemRecord, TakeRecord, TrackRecord } from '../../contract/records.ts';
import type { TakeRecipe } from '../../contract/takeRecipe.ts';
import { isRoom } from '../../contract/timeline/rooms.ts';
import { mediaPerFrame } from '../../contract/timeline/shownItems.ts';
import { shownMedia } from '../../contract/timeline/shownMedia.ts';
import { byOrder, newTrack } from '../../contract/timeline/tracks.ts';
import type { TakeResult } from '../../engine/engineProtocol.ts';
import { madeRecipe } from '../../engine/jobOfRecipe.ts';
import type { OpenProject } from '../projects/openProject.ts';

/** How often it is tried to keep a take, and the pause before the next try. */
const tries = 3;
const pauseMilliseconds = 1000;

/**
 * Turns a finished run into assets and a take with its place on the timeline. One that cannot be written is tried again after a moment; one
 * that is there already stays as it is.
 */
export async function keepTake(
  project: OpenProject,
  takeId: string,
  made: { recipe: TakeRecipe; createdAt: string },
  result: TakeResult,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (project.store.find('take', takeId)) return;
    try {
      return await keepOnce(project, takeId, made, result);
    } catch (error) {
      if (attempt === tries) throw error;
      await new Promise((done) => setTimeout(done, pauseMilliseconds));
    }
  }
}

async function keepOnce(
  project: OpenProject,
  takeId: string,
  made: { recipe: TakeRecipe; createdAt: string },
  result: TakeResult,
): Promise<void> {
  await project.add(await recordsOfTake(project, takeId, made, result));
}

/** A finished run as assets, and the take and its place on the timeline that the document does not have yet. */
export async function recordsOfTake(
  project: OpenProject,
  takeId: string,
  { recipe, createdAt }: { recipe: TakeRecipe; createdAt: string },
  result: TakeResult,
): Promise<(TakeRecord | ItemRecord | TrackRecord)[]> {
  const { assets } = project.store;
  const names = (await readdir(result.framesFolder)).filter((name) => name.endsWith('.png')).sort();
  const frameIds: string[] = [];
  for (const name of names) frameIds.push(await assets.putFile(join(result.framesFolder, name)));
  const firstFrameAssetId = frameIds[0];
  if (firstFrameAssetId === undefined || frameIds.length !== result.frameCount)
    throw new StudioError(
      'internal',
      `The run told of ${result.frameCount} frames, but ${frameIds.length} were found.`,
    );
  const take: TakeRecord = {
    kind: 'take',
    id: takeId,
    name: `Take ${nextNumber(project)}`,
    createdAt,
    starred: false,
    recipe: madeRecipe(recipe, result),
    result: {
      framesAssetId: await assets.put(JSON.stringify(frameIds)),
      firstFrameAssetId,
      latentsAssetId: await assets.putFile(result.latentsPath).catch(() => null),
      frameCount: result.frameCount,
      width: result.width,
      height: result.height,
      framesPerSecond: result.framesPerSecond,
      framesSha256: result.framesSha256,
      seconds: result.seconds,
    },
  };
  return [take, ...placeTake(project, take)];
}

function nextNumber(project: OpenProject): number {
  const numbers = project.store.all('take').map((take) => Number(/^Take (\d+)$/.exec(take.name)?.[1] ?? 0));
  return Math.max(0, ...numbers) + 1;
}

/** The most picture tracks that takes are stacked on; beyond them one is kept without a place on the timeline. */
const mostTracks = 12;

/**
 * Where a take goes on the timeline: over the frames it was made from, on the lowest track above them that has room, else on a new one. What
 * lies there already stays as it is.
 */
function placeTake({ store }: OpenProject, take: TakeRecord): (ItemRecord | TrackRecord)[] {
  const rate = store.find('project', 'project')?.framesPerSecond ?? take.result.framesPerSecond;
  const lengthFrames = Math.max(1, Math.round((take.result.frameCount / take.result.framesPerSecond) * rate));
  const items = store.all('item');
  const tracks = byOrder(store.all('track')).filter(({ media }) => media === 'video');
  const source = store.find('source', take.recipe.source.sourceId);
  const under = source && items.find((item) => item.targetId === source.id);
  const first = take.recipe.settings.task === 'edit' ? take.recipe.source.inFrame : take.recipe.source.frameIndex;
  const offset =
    under && source.media === 'clip'
      ? Math.round((first - under.inFrame) / mediaPerFrame(under, shownMedia(source), rate))
      : 0;
  const startFrame = Math.max(0, (under?.startFrame ?? 0) + offset);
  const room = { from: startFrame, to: startFrame + lengthFrames };
  // One whose source lies nowhere goes over the lowest track, where sources lie.
  const above = tracks.slice(under ? tracks.findIndex(({ id }) => id === under.trackId) + 1 : 1);
  const free = above.find(({ id, locked }) => !locked && isRoom(items, id, room));
  if (!free && tracks.length >= mostTracks) return [];
  const takeTracks = tracks.filter(({ name }) => /^Takes/.test(name)).length;
  const made = newTrack(store.all('track'), 'video', newId('track'));
  const track = free ?? { ...made, name: takeTracks === 0 ? 'Takes' : `Takes ${takeTracks + 1}` };
  const item: ItemRecord = {
    ...{ kind: 'item', id: newId('item'), trackId: track.id, targetId: take.id },
    ...{ startFrame, lengthFrames, inFrame: 0 },
  };
  return free ? [item] : [track, item];
}
