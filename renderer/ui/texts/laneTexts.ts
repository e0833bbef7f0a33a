/** Sentences of what moves over a take's frames and steps. */
export const laneTexts = {
  lanes: {
    on: (weight: string) => `${weight}: move over the frames`,
    off: (weight: string) => `${weight}: one value for all frames`,
    atPlayhead: 'A lane on the timeline; the slider writes the key at the playhead.',
    help: (weight: string) => `${weight} over the next take. Press to add a key, drag to move it, Delete to remove it.`,
    key: (weight: string, frame: number, value: number) => `${weight}, key at frame ${frame}: ${value.toFixed(2)}`,
    fields: (weight: string) => `${weight}: the key in numbers`,
    frame: 'Frame',
    value: 'Value',
    curve: 'Then',
    curves: { hold: 'Hold', linear: 'In a line', smooth: 'Smooth' },
    removeKey: 'Remove the key',
    steps: 'Over the steps',
    stepsHint:
      'A factor on the weight, from the first step of the run, which lays things out, to the last, which draws the details.',
    start: 'Start',
    end: 'End',
    ease: 'Ease',
    eases: { linear: 'In a line', in: 'Late', out: 'Early', smooth: 'Smooth' },
    stepsOn: (weight: string) => `${weight}: change over the steps`,
  },
} as const;
