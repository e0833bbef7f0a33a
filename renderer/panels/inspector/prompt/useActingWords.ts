import { useMemo, useSyncExternalStore } from 'react';
import { wordsLookedAt } from '../../../project/attention.ts';
import { useDocument, useProject, useSession } from '../../../project/hooks.ts';
import { type ActingWord, actingWords } from './sentenceWords.ts';

/** A sentence's words that have maps over the shown take. */
export interface ActingWords {
  /** Empty where no maps are shown. */
  readonly words: readonly ActingWord[];
  /** Indices of the words whose map is shown. */
  readonly shown: readonly number[];
  /** Shows where words act, by their indices; null: no longer. */
  point(indices: readonly number[] | null): void;
}

const none: readonly ActingWord[] = [];

/** Which of a sentence's words can be pointed at: those that the shown take was made with, while its maps are over it. */
export function useActingWords(sentence: string): ActingWords {
  const { attention } = useProject();
  const state = useSyncExternalStore(attention.state.subscribe, () => attention.state.state);
  const takeId = useDocument((document) => document.get('view', 'view')?.takeId ?? null);
  const mode = useSession((session) => session.viewMode);
  const { isOn, maps } = state;
  const read =
    isOn && maps && maps.takeId === takeId && mode !== 'source' && mode !== 'timeline' ? maps.words : undefined;
  const words = useMemo(() => (read ? actingWords(sentence, read) : none), [sentence, read]);
  return { words, shown: wordsLookedAt(state), point: (indices) => attention.point(indices) };
}
