/** Sentences about attention maps. */
export const attentionTexts = {
  attention: {
    toggle: 'Where words act',
    needsTake: 'Choose a take to see where its words act.',
    reading: 'Reading where words act',
    bar: 'Attention',
    pointAtPrompt: 'Point at a word, or put the caret into it, to see where it acts.',
    word: (word: string) => `Where “${word}” acts`,
    picture: 'subject’s picture',
    wordPicture: 'Where the subject’s picture is read',
    level: 'Noise',
    levels: (share: number) => `${Math.round(100 * share)} %`,
    group: 'Layers',
    groups: { down: 'down', middle: 'middle', up: 'up' },
    peak: (share: number) => `up to ${(100 * share).toFixed(share < 0.01 ? 2 : 1)} % of a place’s attention`,
  },
} as const;
