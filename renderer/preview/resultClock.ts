import { useEffect, useState } from 'react';

/** A frame number that runs in a loop of `count` at `framesPerSecond`; stands still at `held` where that is given. */
export function useLoopedFrame(count: number, framesPerSecond: number, held: number | undefined): number {
  const [frame, setFrame] = useState(0);
  useEffect(() => {
    if (held !== undefined || count <= 1) return undefined;
    const start = performance.now();
    const timer = setInterval(
      () => setFrame(Math.floor(((performance.now() - start) / 1000) * framesPerSecond) % count),
      Math.max(16, 500 / framesPerSecond),
    );
    return () => clearInterval(timer);
  }, [count, framesPerSecond, held]);
  return count <= 1 ? 0 : Math.min(count - 1, held ?? frame);
}
