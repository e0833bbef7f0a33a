/** Sentences about the search for α. */
export const findAlphaTexts = {
  findAlpha: {
    title: 'Find α for me',
    about:
      'Tries both α, then groups of layers, in takes of few steps, and keeps what brings the highest sum of the figures you weigh. Then takes of other seeds with all steps say whether it beats what the model learned.',
    weight: (measure: string) => `Weight of ${measure}`,
    start: 'Find α',
    stop: 'Stop',
    goOn: 'Go on',
    plot: (text: string, image: string) => `The way the search went, best at text α ${text} and image α ${image}`,
    text: 'text α',
    image: 'image α',
    looked: (count: number) => `${count} looked at`,
    searching: 'Searching, then checking with other seeds',
    point: (text: number, image: number, groups: string) => `Text α ${text}, image α ${image}${groups}`,
    better: (gain: string, error: string, seeds: number) =>
      `${gain} ± ${error} against the learned values, over ${seeds} other seeds with all steps: more than chance would make it.`,
    notBetter: (gain: string, error: string, seeds: number) =>
      `${gain} ± ${error} against the learned values, over ${seeds} other seeds with all steps: no more than chance makes it. The learned values will do.`,
    use: 'Use these α',
    used: 'The inspector holds these α.',
  },
} as const;
