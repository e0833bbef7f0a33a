/** Sentences about following a subject through a clip. */
export const followTexts = {
  follow: {
    title: 'Through the clip',
    start: 'Follow',
    again: 'Follow again',
    subject: 'Follow the subject',
    cancel: 'Stop following',
    hint: 'Follows the subject from the frames you marked, forwards and back, between in and out.',
    needsClip: 'Only a clip can be followed through.',
    needsKey: 'Brush over the subject in one frame first.',
    busy: 'The subject is being followed.',
    upToDate: 'Followed from every marked frame. Correct one where it is wrong, and follow again.',
    open: (frames: number) => (frames === 1 ? '1 frame to follow' : `${frames} frames to follow`),
    running: (step: number, total: number) => (total > 0 ? `Frame ${step} of ${total}` : 'Reading the clip…'),
    followed: (frames: number, by: string) => `${frames === 1 ? '1 frame' : `${frames} frames`} by ${by}`,
    done: (frames: number, doubtful: number) =>
      doubtful === 0
        ? `The subject was followed through ${frames === 1 ? '1 frame' : `${frames} frames`}.`
        : `The subject was followed through ${frames} frames; ${doubtful} of them need a look (D).`,
    doubts: (count: number) => (count === 1 ? '1 doubtful frame' : `${count} doubtful frames`),
    noDoubts: 'No frame is doubtful.',
    nothingFollowed: 'Nothing was followed yet.',
    nextDoubt: 'Next doubtful frame',
    sure: (frame: number, percent: number) => `Frame ${frame}, ${percent} % sure`,
    cut: (frame: number) => `The clip cuts at frame ${frame}: followed up to there.`,
    cutHint: 'Shows the first frame beyond the cut: mark the subject there and follow again.',
    goThere: 'Mark it there',
    across: 'Look for it',
    acrossHint: 'Follows on beyond the cut and looks for the subject there.',
    forget: 'Remove followed masks',
    laneLabel: (frames: number, doubtful: number) =>
      `Confidence of ${frames} followed frames; ${doubtful === 0 ? 'none is doubtful' : `${doubtful} are doubtful`}`,
  },
} as const;
