import { type StudioEvent, studioEvent } from '../../electron/contract/events.ts';

/** What a subscription tells its owner. */
export interface EventListeners {
  onEvent(event: StudioEvent): void;
  /** The line is open (true) or broken and being mended (false). */
  onConnection(connected: boolean): void;
}

/** Listens to the studio's events under a window's name; the browser reconnects by itself and names the last number it saw. */
export function subscribeToEvents(windowId: string, listeners: EventListeners): () => void {
  const source = new EventSource(`/events?window=${encodeURIComponent(windowId)}`);
  source.onopen = () => listeners.onConnection(true);
  source.onerror = () => listeners.onConnection(false);
  source.onmessage = (message) => {
    const parsed = studioEvent.safeParse(JSON.parse(String(message.data)));
    if (parsed.success) listeners.onEvent(parsed.data);
  };
  return () => source.close();
}

/** This window's name: kept over a reload, new for a new or duplicated tab. */
export function windowIdentity(): string {
  const key = 'magdiff-window';
  const [entry] = performance.getEntriesByType('navigation');
  const reloaded = entry instanceof PerformanceNavigationTiming && entry.type === 'reload';
  const kept = reloaded ? sessionStorage.getItem(key) : null;
  const id = kept ?? `w-${crypto.randomUUID()}`;
  sessionStorage.setItem(key, id);
  return id;
}
