import { useEffect, useState } from 'react';
import { frameImages } from './frameImages.ts';

/** The picture at an address; while it loads, the one shown before stays. Neighbours given in `ahead` are fetched too. */
export function useFrameImage(url: string | undefined, ahead: readonly string[] = []): HTMLImageElement | undefined {
  const [shown, setShown] = useState<{ url: string; image: HTMLImageElement }>();
  const key = ahead.join(' ');
  useEffect(() => {
    let current = true;
    if (url === undefined) {
      setShown(undefined);
      return undefined;
    }
    frameImages.load(url).then(
      (image) => current && setShown({ url, image }),
      () => undefined,
    );
    for (const next of key === '' ? [] : key.split(' ')) frameImages.load(next).catch(() => undefined);
    return () => {
      current = false;
    };
  }, [url, key]);
  return url === undefined ? undefined : (frameImages.get(url) ?? shown?.image);
}
