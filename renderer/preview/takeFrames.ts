import { useEffect, useState } from 'react';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { assetUrl } from './shownFrames.ts';

const lists = new Map<string, Promise<readonly string[]>>();
const known = new Map<string, readonly string[]>();

const listUrl = (projectId: string, take: TakeRecord): string =>
  `${assetUrl(projectId, take.result.framesAssetId)}&type=json`;

/** The addresses of a take's frames, where they have been read. */
export function knownTakeFrameUrls(projectId: string, take: TakeRecord): readonly string[] | undefined {
  return known.get(listUrl(projectId, take));
}

/** The addresses of a take's frames, read once. */
export function takeFrameUrls(projectId: string, take: TakeRecord): Promise<readonly string[]> {
  const url = listUrl(projectId, take);
  let list = lists.get(url);
  if (!list) {
    list = fetch(url)
      .then((response) => response.json())
      .then((ids: unknown) => (Array.isArray(ids) ? ids.map((id) => assetUrl(projectId, String(id))) : []));
    list.then(
      (urls) => known.set(url, urls),
      // Asked for again the next time.
      () => lists.delete(url),
    );
    lists.set(url, list);
  }
  return list;
}

/** The addresses of a take's frames, or none while they are read. */
export function useTakeFrameUrls(projectId: string, take: TakeRecord | undefined): readonly string[] {
  const [urls, setUrls] = useState<readonly string[]>([]);
  useEffect(() => {
    let current = true;
    setUrls([]);
    if (take)
      takeFrameUrls(projectId, take).then(
        (found) => current && setUrls(found),
        () => undefined,
      );
    return () => {
      current = false;
    };
  }, [projectId, take]);
  return urls;
}
