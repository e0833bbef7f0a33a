import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Studio, StudioState } from './studio.ts';

/** Carries the studio to every component of the frame. */
export const StudioContext = createContext<Studio | null>(null);

/** The studio. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error('Assertion failed: a component stands outside StudioContext');
  return studio;
}

/** A part of the studio's state; the component draws again when it changes. */
export function useStudioState<T>(select: (state: StudioState) => T): T {
  const { state } = useStudio();
  return useSyncExternalStore(state.subscribe, () => select(state.state));
}
