import type { JobView, PreviewSheet } from '../../electron/contract/jobs.ts';
import type { MaskOperation } from '../../models/masks/maskDrawing.ts';

/** Tools of the viewer. */
export type ToolName = 'brush' | 'eraser' | 'lasso' | 'rectangle' | 'fill' | 'smart' | 'pan';

/** How source and result share the viewer; `timeline` is everything as it is arranged. */
export type ViewMode = 'source' | 'result' | 'sideBySide' | 'wipe' | 'difference' | 'timeline';

/** How the mask is shown: a tint, its outline, or the cut-out on black that the model is given. */
export type MaskDisplay = 'tint' | 'outline' | 'model' | 'hidden';

/** The part of the picture on screen: `scale` screen pixels per source pixel, the source's origin at (x, y) of the stage. */
export interface Viewport {
  scale: number;
  x: number;
  y: number;
}

/** The running or last live preview. */
export interface LivePreview {
  jobId: string;
  /** The source it is made from: it is shown beside that one alone. */
  sourceId: string | null;
  createdAt: string;
  sheet: PreviewSheet | null;
  step: number;
  total: number;
  state: JobView['state'];
}

/** What was scribbled over a frame for smart select: painted strokes mean subject, erased ones background. */
export interface Scribbles {
  sourceId: string;
  frameIndex: number;
  strokes: readonly Extract<MaskOperation, { kind: 'stroke' }>[];
}

/** What the page knows and no document keeps. Never in history. */
export interface Session {
  tool: ToolName;
  brushRadius: number;
  brushHardness: number;
  usePressure: boolean;
  viewMode: ViewMode;
  wipe: number;
  maskDisplay: MaskDisplay;
  maskColour: string;
  maskOpacity: number;
  /** Absent: fitted to the stage. */
  viewport: Viewport | null;
  /** Size of the viewer's stage on screen, in pixels. */
  stageSize: { width: number; height: number };
  playhead: number;
  /** Speed of playback: 0 stands, 1 plays, negative backwards. */
  speed: number;
  loop: boolean;
  /** The stroke or outline under the hand, not yet in the document. */
  live: MaskOperation | null;
  /** Scribbles waiting for smart select. */
  scribbles: Scribbles | null;
  selectedItemId: string | null;
  /** What the right side shows: how the next take is made, or the selected piece of the timeline. */
  rightSide: 'make' | 'clip';
  /** Timeline: pixels per frame and first frame shown. */
  timelineScale: number;
  timelineOffset: number;
  /** Width of the timeline on screen, in pixels; 0 while it is not shown. */
  timelineWidth: number;
  snapping: boolean;
  liveMode: boolean;
  livePreview: LivePreview | null;
  jobs: readonly JobView[];
  writer: boolean;
  saveState: 'saved' | 'saving' | 'failed';
  missingSourceIds: readonly string[];
  /** Thumbnails by asset, as they come: URLs by index of `count`. */
  thumbnails: Readonly<Record<string, readonly (string | undefined)[]>>;
  /** Loudness by asset, 0..255. */
  waveforms: Readonly<Record<string, Uint8Array>>;
}

/** A session's beginning. */
export const initialSession: Session = {
  tool: 'brush',
  brushRadius: 24,
  brushHardness: 0.8,
  usePressure: true,
  viewMode: 'source',
  wipe: 0.5,
  maskDisplay: 'tint',
  maskColour: '#4d9dff',
  maskOpacity: 0.5,
  viewport: null,
  stageSize: { width: 1, height: 1 },
  playhead: 0,
  speed: 0,
  loop: true,
  live: null,
  scribbles: null,
  selectedItemId: null,
  rightSide: 'make',
  timelineScale: 12,
  timelineOffset: 0,
  timelineWidth: 0,
  snapping: true,
  liveMode: false,
  livePreview: null,
  jobs: [],
  writer: true,
  saveState: 'saved',
  missingSourceIds: [],
  thumbnails: {},
  waveforms: {},
};
