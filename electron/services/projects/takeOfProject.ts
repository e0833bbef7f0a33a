import { basename, join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { TakeRecord } from '../../contract/records.ts';
import type { TakeFile } from '../../contract/takeRecipe.ts';
import { AssetStore } from './store/assetStore.ts';
import { readDocument } from './store/projectDocument.ts';
import { takeFileOf } from './takeFileOf.ts';

/** A take of a project on disk, found without opening the project: it may be open elsewhere. */
export interface TakeOnDisk {
  readonly take: TakeFile;
  readonly name: string;
  readonly sourcePath: string;
  /** Where its frames are. */
  readonly assets: AssetStore;
  readonly framesAssetId: string;
  /** Its latents, where they were kept. */
  readonly latentsPath: string | undefined;
}

/**
 * Finds a take by its id or its name; a project's only take needs neither.
 * @throws StudioError `request-invalid` that lists the takes there are
 */
export async function takeOfProject(folder: string, named: string | undefined): Promise<TakeOnDisk> {
  const takes = await takeRecords(folder);
  const wanted = named?.toLowerCase();
  const matching = takes.filter(
    ({ id, name }) => wanted === undefined || id === named || name.toLowerCase() === wanted,
  );
  const [take] = matching;
  if (!take || matching.length > 1) {
    const list = takes.map(({ id, name }) => `${name} (${id})`).join(', ') || 'none';
    throw new StudioError(
      'request-invalid',
      take
        ? `${basename(folder)} holds several takes of that name.`
        : `${basename(folder)} holds no take "${named ?? ''}".`,
      { hint: `Name one with --take, by its id where names repeat: ${list}.` },
    );
  }
  return onDisk(folder, take, takes);
}

/** Every take of a project on disk, in the order in which they were made. */
export async function takesOfProject(folder: string): Promise<readonly TakeOnDisk[]> {
  const takes = await takeRecords(folder);
  return Promise.all(takes.map((take) => onDisk(folder, take, takes)));
}

async function takeRecords(folder: string): Promise<readonly TakeRecord[]> {
  const { records } = await readDocument(folder);
  return [...records.values()]
    .flatMap((record) => (record.kind === 'take' ? [record] : []))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

async function onDisk(folder: string, take: TakeRecord, takes: readonly TakeRecord[]): Promise<TakeOnDisk> {
  const assets = new AssetStore(join(folder, 'assets'));
  return {
    take: await takeFileOf(assets, take, (id) => takes.find((other) => other.id === id)),
    name: take.name,
    sourcePath: assets.pathOf(take.recipe.source.assetId),
    assets,
    framesAssetId: take.result.framesAssetId,
    latentsPath: take.result.latentsAssetId === null ? undefined : assets.pathOf(take.result.latentsAssetId),
  };
}
