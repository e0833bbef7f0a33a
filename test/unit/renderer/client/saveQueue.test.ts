import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DocumentDiff } from '../../../../electron/contract/documentDiff.ts';
import { SaveQueue } from '../../../../renderer/client/saveQueue.ts';

const marker = (id: string): DocumentDiff => ({
  added: [{ kind: 'marker', id, frameIndex: 0, label: '', colour: 'red' }],
  updated: [],
  removed: [],
});

describe('SaveQueue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends one at a time, joins what comes meanwhile, and tells when all is saved', async () => {
    const sent: string[][] = [];
    const waiting: (() => void)[] = [];
    const states: string[] = [];
    const queue = new SaveQueue(
      (diff) => {
        sent.push(diff.added.map((record) => record.id));
        return new Promise((done) => waiting.push(done));
      },
      (state) => states.push(state),
    );
    queue.push(marker('a'));
    queue.push(marker('b'));
    queue.push(marker('c'));
    const flushed = queue.flush();
    waiting.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
    waiting.shift()?.();
    await flushed;
    expect(sent).toEqual([['a'], ['b', 'c']]);
    expect(states).toEqual(['saving', 'saved']);
  });

  it('tells what the studio has not got yet, that which is on its way included', async () => {
    const ends: (() => void)[] = [];
    const queue = new SaveQueue(
      () => new Promise((done) => ends.push(done)),
      () => undefined,
    );
    const waiting = (): string[] => queue.waiting.added.map(({ id }) => id);
    queue.push(marker('a'));
    queue.push(marker('b'));
    expect(waiting()).toEqual(['a', 'b']);
    ends.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(waiting()).toEqual(['b']);
    ends.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(waiting()).toEqual([]);
  });

  it('sends a failed change again, together with later ones, and forgets on demand', async () => {
    const sent: string[][] = [];
    let failing = true;
    const states: string[] = [];
    const queue = new SaveQueue(
      async (diff) => {
        sent.push(diff.added.map((record) => record.id));
        if (failing) throw new Error('offline');
      },
      (state) => states.push(state),
    );
    queue.push(marker('a'));
    await queue.flush();
    failing = false;
    await vi.advanceTimersByTimeAsync(2500);
    await queue.flush();
    expect([sent, states]).toEqual([
      [['a'], ['a']],
      ['saving', 'failed', 'saving', 'saved'],
    ]);
    failing = true;
    queue.push(marker('b'));
    await queue.flush();
    queue.discard();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(3);
  });
});
