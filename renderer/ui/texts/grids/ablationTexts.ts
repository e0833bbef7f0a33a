/** Sentences about ablations. */
export const ablationTexts = {
  ablation: {
    title: 'Ablation report',
    about:
      'The paper’s table for the model that the inspector holds: subject cut-out (SDA), adaptive prompts (APA) and high fidelity (HFA) added one by one and taken away again, then both α against each other. It becomes a page with figures, contact sheets and every clip, which opens anywhere without the studio.',
    subjects: 'Subjects',
    noSubjects: 'No source has a subject yet: brush over one first.',
    needSubject: 'Choose a subject.',
    tooMany: (most: number) => `Choose ${most} subjects at most.`,
    sentences: 'Sentences, one a line',
    needSentence: 'Write a sentence.',
    tooManySentences: (most: number) => `${most} sentences at most.`,
    make: 'Make the report',
    time: (takes: number, time: string) => `about ${takes} takes, ${time}`,
    takes: (takes: number) => `about ${takes} takes`,
    reports: 'Reports',
    made: (made: number, total: number) => `${made} of ${total} takes`,
    open: (label: string) => `Open the report: ${label}`,
    openShort: 'Open',
    save: 'Save the page',
    stop: 'Stop',
    goOn: 'Go on',
    remove: (label: string) => `Delete the report: ${label}`,
    back: 'Back',
  },
} as const;
