import { aboutTexts } from './aboutTexts.ts';
import { attentionTexts } from './attentionTexts.ts';
import { followTexts } from './followTexts.ts';
import { ablationTexts } from './grids/ablationTexts.ts';
import { findAlphaTexts } from './grids/findAlphaTexts.ts';
import { gridTexts } from './grids/gridTexts.ts';
import { inspectorTexts } from './inspectorTexts.ts';
import { laneTexts } from './laneTexts.ts';
import { materialTexts } from './materialTexts.ts';
import { modelTexts } from './modelTexts.ts';
import { shortcutTexts } from './shortcutTexts.ts';
import { startTexts } from './startTexts.ts';
import { takeTexts } from './takeTexts.ts';
import { timelineTexts } from './timelineTexts.ts';
import { viewerTexts } from './viewerTexts.ts';

/** Every sentence the page shows, in one place and by its use, ready to be translated. */
export const texts = {
  appName: 'MagDiff Studio',
  dialog: { close: 'Close', cancel: 'Cancel' },
  toast: { copy: 'Copy details', copied: 'Copied', dismiss: 'Dismiss', region: 'Messages' },
  trouble: (reportId: string) =>
    `Something went wrong inside the studio; it goes on. If it happens again, report it with the number ${reportId}.`,
  recovered: {
    window: 'The window had stopped and was loaded again. Everything saved is here.',
    graphics: 'The graphics process stopped and was started again. Nothing is lost.',
  },
  unit: { pixels: 'px', seconds: 's', percent: '%', frames: 'fr' },
  ...aboutTexts,
  ...startTexts,
  ...materialTexts,
  ...followTexts,
  ...viewerTexts,
  ...timelineTexts,
  ...takeTexts,
  ...gridTexts,
  ...findAlphaTexts,
  ...ablationTexts,
  ...attentionTexts,
  ...inspectorTexts,
  ...laneTexts,
  ...modelTexts,
  ...shortcutTexts,
} as const;
