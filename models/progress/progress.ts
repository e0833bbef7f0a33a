/** Where work on a take or a followed mask is, in the order in which it gets there. */
export const workStages = ['queued', 'loading', 'encoding', 'denoising', 'decoding', 'following', 'writing'] as const;

/** One of {@link workStages}. */
export type WorkStage = (typeof workStages)[number];

/** How far work on a take is: the same words from the sampler's loop to the page and the terminal. */
export interface Progress {
  readonly state: WorkStage;
  /** Steps or frames done and in all, of the present stage; 0 of 0 where it has none. */
  readonly step: number;
  readonly total: number;
  /** Until the stage ends; null where that is not known. */
  readonly secondsLeft: number | null;
  /** What is worked on, such as what is being loaded; empty where the stage says it all. */
  readonly note: string;
}

/** Progress with nothing counted unless given. */
export function progressOf(state: WorkStage, counted: Partial<Omit<Progress, 'state'>> = {}): Progress {
  return { state, step: 0, total: 0, secondsLeft: null, note: '', ...counted };
}
