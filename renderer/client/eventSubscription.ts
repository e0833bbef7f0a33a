import { type StudioEvent, studioEvent } from '../../electron/contract/events.ts';

/** What a subscription tells its owner. */
export interface EventListeners {
  onEvent(event: StudioEvent): void;
  /** The line is open (true) or broken and being mended (false). */
  onConnection(connected: boolean): void;
}

/** How long after the browser gave up, as it does where it is turned away, the line is tried anew. */
const againMilliseconds = 2000;

/**
 * Listens to the studio's events under a window's name. The browser reconnects by itself and names the last number it saw; where it gives up,
 * the line is opened anew, and what may have been missed is told as a gap.
 */
export function subscribeToEvents(windowId: string, listeners: EventListeners): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (isAgain: boolean): void => {
    source = new EventSource(`/events?window=${encodeURIComponent(windowId)}`);
    source.onopen = () => {
      listeners.onConnection(true);
      if (isAgain) listeners.onEvent({ type: 'gap' });
    };
    source.onerror = () => {
      listeners.onConnection(false);
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(() => open(true), againMilliseconds);
    };
    source.onmessage = (message) => {
      const parsed = studioEvent.safeParse(JSON.parse(String(message.data)));
      if (parsed.success) listeners.onEvent(parsed.data);
    };
  };
  open(false);
  return () => {
    clearTimeout(timer);
    source.close();
  };
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
