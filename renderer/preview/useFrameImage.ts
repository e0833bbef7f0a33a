import { useEffect, useRef, useState } from 'react';
import { frameImages } from './frameImages.ts';

/** Pictures asked for at a time; while they are under way, newer wishes wait and older ones are dropped. */
const inFlightLimit = 4;

/**
 * The picture at an address; while it loads, the last one that arrived stays, so that playback faster than the reading shows fewer
 * frames but never stands still. Neighbours given in `ahead` are fetched too.
 */
export function useFrameImage(url: string | undefined, ahead: readonly string[] = []): HTMLImageElement | undefined {
  const [shown, setShown] = useState<{ number: number; image: HTMLImageElement }>();
  const state = useRef({ number: 0, inFlight: 0, wanted: url, unmounted: false });
  const key = ahead.join(' ');
  useEffect(() => {
    const now = state.current;
    now.wanted = url;
    now.unmounted = false;
    if (url === undefined) setShown(undefined);
    const load = (wanted: string): void => {
      const number = ++now.number;
      now.inFlight += 1;
      frameImages
        .load(wanted)
        .then(
          (image) => {
            if (!now.unmounted) setShown((old) => (old && old.number > number ? old : { number, image }));
          },
          () => undefined,
        )
        .finally(() => {
          now.inFlight -= 1;
          const next = now.wanted;
          if (next !== undefined && next !== wanted && !now.unmounted && !frameImages.get(next)) load(next);
        });
    };
    if (url !== undefined && now.inFlight < inFlightLimit) load(url);
    if (now.inFlight < inFlightLimit)
      for (const next of key === '' ? [] : key.split(' ')) frameImages.load(next).catch(() => undefined);
    return () => {
      now.unmounted = true;
    };
  }, [url, key]);
  return url === undefined ? undefined : (frameImages.get(url) ?? shown?.image);
}
