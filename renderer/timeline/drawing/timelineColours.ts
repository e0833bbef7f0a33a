/** Colours of the timeline, read from the token sheet. */
export interface TimelineColours {
  ground: string;
  field: string;
  line: string;
  text: string;
  soft: string;
  source: string;
  take: string;
  title: string;
  sound: string;
  wave: string;
  key: string;
  /** Of a followed frame that is sure, and of one that is doubtful. */
  sure: string;
  doubt: string;
  accent: string;
  playhead: string;
}

/** Reads the colours that hold where an element stands. */
export function readColours(element: HTMLElement): TimelineColours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: token('--panel'),
    field: token('--ground'),
    line: token('--line-strong'),
    text: token('--text'),
    soft: token('--text-soft'),
    source: token('--track-source'),
    take: token('--track-take'),
    title: token('--track-title'),
    sound: token('--track-sound'),
    wave: token('--track-wave'),
    key: token('--track-key'),
    sure: token('--track-sure'),
    doubt: token('--track-doubt'),
    accent: token('--accent'),
    playhead: token('--playhead'),
  };
}
