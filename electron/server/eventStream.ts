import type { EventBus, NumberedEvent } from '../services/eventBus.ts';

const heartbeatMilliseconds = 15_000;
/** Bytes that may wait for a slow reader before its line is cut; it then comes back and catches up by number. */
const backlogLimitBytes = 32 * 1024 * 1024;

/**
 * Server-sent events. A reader that names the last number it saw gets what it missed; where that is forgotten, or it never
 * named one after a break, it gets `gap`. A fresh reader begins with a comment alone.
 */
export function eventStream(bus: EventBus, lastEventId: string | null, onClose: () => void): Response {
  const encoder = new TextEncoder();
  let end: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string): void => {
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) < -backlogLimitBytes) end();
        };
        const write = ({ number, event }: NumberedEvent): void =>
          send(`id: ${number}\ndata: ${JSON.stringify(event)}\n\n`);
        const unsubscribe = bus.subscribe(write);
        const heartbeat = setInterval(() => send(': here\n\n'), heartbeatMilliseconds);
        let ended = false;
        end = () => {
          if (ended) return;
          ended = true;
          unsubscribe();
          clearInterval(heartbeat);
          onClose();
          try {
            controller.close();
          } catch {
            // The reader has already gone; there is nothing left to close.
          }
        };
        send(`retry: 1000\nid: ${bus.last}\n: welcome\n\n`);
        if (lastEventId === null) return;
        const missed = bus.since(Number(lastEventId));
        if (missed) for (const event of missed) write(event);
        else write({ number: bus.last, event: { type: 'gap' } });
      },
      cancel() {
        end();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
