/** Sentences about media and masks: what a take is made of. */
export const materialTexts = {
  media: {
    title: 'Media',
    import: 'Import',
    importing: (name: string, percent: number) => `${name}: ${percent}%`,
    empty: 'Drop a picture or a clip here, or import one.',
    dropHere: 'Drop to import',
    remove: 'Remove from project',
  },
  masks: {
    title: 'Subject',
    add: 'New mask',
    empty: 'Brush over the subject in the viewer. Everything outside the mask is left to your sentence.',
    clickOffer: (folder: string) =>
      `Scribble on the subject. SAM 2.1 does better, by one click: put sam2.1_hiera_tiny.pt (156 MB, Apache-2.0) into ${folder}.`,
    grow: 'Grow',
    growHint: 'Moves the mask’s edge outwards, or inwards below zero.',
    feather: 'Feather',
    featherHint: 'Softens the mask’s edge over so many pixels.',
    softEdges: 'Soft edges',
    softEdgesHint: 'Hair, fur and motion blur are partly the subject, in takes and transparent exports.',
    remove: 'Delete mask',
    keys: (count: number) => (count === 1 ? '1 key' : `${count} keys`),
    between: 'Between keys',
    hold: 'Hold',
    linear: 'Morph',
    betweenHint: 'Hold keeps a key’s mask until the next; Morph moves its outline there.',
    removeKey: 'Delete key at this frame',
    clear: 'Clear',
    invert: 'Invert',
    fillAll: 'Select all',
  },
} as const;
