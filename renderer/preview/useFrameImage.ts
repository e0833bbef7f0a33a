import { useEffect, useRef, useState } from 'react';
import { frameImages } from './frameImages.ts';

/** Pictures asked for at a time; while they are under way, newer wishes wait and older ones are dropped. */
const inFlightLimit = 4;

/** How often a picture that did not come is asked for again, and the pause before that: a source just brought in is not known at once. */
const retries = { most: 8, pauseMilliseconds: 300 };

/** A picture, and whether it is the one at the address or still the last one that arrived. */
export interface FrameImage {
  readonly image: HTMLImageElement | undefined;
  readonly isCurrent: boolean;
}

/** The picture of {@link useFrame} alone. */
export function useFrameImage(url: string | undefined, ahead: readonly string[] = []): HTMLImageElement | undefined {
  return useFrame(url, ahead).image;
}

/**
 * The picture at an address; while it loads, the last one that arrived stays, so that playback faster than the reading shows fewer
 * frames but never stands still. Neighbours given in `ahead` are fetched too.
 */
export function useFrame(url: string | undefined, ahead: readonly string[] = []): FrameImage {
  const [shown, setShown] = useState<{ number: number; url: string; image: HTMLImageElement }>();
  const state = useRef({ number: 0, inFlight: 0, wanted: url, unmounted: false });
  const key = ahead.join(' ');
  useEffect(() => {
    const now = state.current;
    now.wanted = url;
    now.unmounted = false;
    if (url === undefined) setShown(undefined);
    const load = (wanted: string, attempt = 0): void => {
      const number = ++now.number;
      now.inFlight += 1;
      frameImages
        .load(wanted)
        .then(
          (image) => {
            if (!now.unmounted) setShown((old) => (old && old.number > number ? old : { number, url: wanted, image }));
          },
          () => {
            if (attempt < retries.most)
              setTimeout(
                () => {
                  if (now.wanted === wanted && !now.unmounted) load(wanted, attempt + 1);
                },
                retries.pauseMilliseconds * (attempt + 1),
              );
          },
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
  if (url === undefined) return { image: undefined, isCurrent: false };
  const ready = frameImages.get(url);
  return { image: ready ?? shown?.image, isCurrent: ready !== undefined || shown?.url === url };
}
