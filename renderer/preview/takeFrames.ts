import { useEffect, useState } from 'react';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { assetUrl } from './shownFrames.ts';

const lists = new Map<string, Promise<readonly string[]>>();

/** The addresses of a take's frames, read once. */
export function takeFrameUrls(projectId: string, take: TakeRecord): Promise<readonly string[]> {
  const url = `${assetUrl(projectId, take.result.framesAssetId)}&type=json`;
  let list = lists.get(url);
  if (!list) {
    list = fetch(url)
      .then((response) => response.json())
      .then((ids: unknown) => (Array.isArray(ids) ? ids.map((id) => assetUrl(projectId, String(id))) : []));
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
