/** The sheet of keyboard shortcuts. */
export const shortcutTexts = {
  shortcuts: {
    title: 'Keyboard shortcuts',
    groups: [
      {
        title: 'Playback',
        rows: [
          ['J  K  L', 'Backwards, pause, forwards (again for faster)'],
          ['← →', 'One frame back or on (Shift: ten)'],
          ['Home  End', 'To the start or end'],
          ['I  O', 'Mark in, mark out'],
        ],
      },
      {
        title: 'Tools',
        rows: [
          ['B  E', 'Brush, eraser'],
          ['Q  R  G  W', 'Lasso, rectangle, fill, smart select'],
          ['H', 'Pan'],
          ['[  ]', 'Brush smaller, larger (Shift: softer, harder)'],
          ['Shift F', 'Follow the subject through the clip, or stop that'],
          ['D', 'Next doubtful frame'],
          ['Shift', 'Straight line, square'],
          ['Alt', 'Swap painting and erasing'],
          ['Space', 'Hold to pan; let go at once to play'],
          ['Esc', 'Abandon the gesture'],
        ],
      },
      {
        title: 'Timeline',
        rows: [
          ['↑ ↓', 'To the clip, or its end, before or after'],
          ['S', 'Split at the playhead'],
          ['M', 'Add a marker'],
          ['Delete', 'Delete what is selected (Shift: close the gap)'],
          ['Alt  Ctrl', 'Dragging a clip: slip what it shows, make room'],
          ['I  O', 'In the timeline view: mark the part to export'],
          ['+  −', 'Zoom the timeline'],
          ['N', 'Snapping on or off'],
        ],
      },
      {
        title: 'Viewer and project',
        rows: [
          ['1 … 6', 'Source, result, side by side, wipe, difference, timeline'],
          ['T', 'Next way of showing the mask'],
          ['F', 'Fit the picture'],
          ['Ctrl V', 'Bring in a copied picture'],
          ['Ctrl Enter', 'Generate'],
          ['V', 'Grid: vary two settings'],
          ['Ctrl Z  Ctrl Shift Z', 'Undo, redo'],
          ['?', 'This sheet'],
        ],
      },
    ],
  },
} as const;
