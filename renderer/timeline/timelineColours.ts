/** Colours of the timeline, read from the token sheet. */
export interface TimelineColours {
  ground: string;
  field: string;
  line: string;
  text: string;
  soft: string;
  source: string;
  take: string;
  key: string;
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
    key: token('--track-key'),
    accent: token('--accent'),
    playhead: token('--playhead'),
  };
}
