import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { StudioEvent } from '../../../../electron/contract/events.ts';
import { keepServing } from '../../../../electron/server/lastResort.ts';
import { EventBus } from '../../../../electron/services/eventBus.ts';

it('logs what nothing else caught, tells the pages, and goes on, even where the log fails', () => {
  const bus = new EventBus();
  const told: StudioEvent[] = [];
  bus.subscribe(({ event }) => told.push(event));
  const logged: string[] = [];
  const guarded = new EventEmitter();
  const release = keepServing(bus, (line) => logged.push(line), guarded);
  guarded.emit('unhandledRejection', new Error('a full disk'));
  expect(told).toEqual([{ type: 'trouble', reportId: expect.stringMatching(/^[0-9a-f]{8}$/) }]);
  expect(logged[0]).toContain('a full disk');
  release();
  expect(guarded.listenerCount('uncaughtException')).toBe(0);
  const broken = keepServing(
    bus,
    () => {
      throw new Error('no log');
    },
    guarded,
  );
  guarded.emit('uncaughtException', 'odd');
  expect(told).toHaveLength(2);
  broken();
});
