import { StudioError } from '../../../models/errors/studioError.ts';
import { childEntry } from '../../children/childEntry.ts';
import { type ChildProgram, startChild } from '../../children/childProgram.ts';
import type { PixelAnswer, PixelWork } from './pixelProtocol.ts';

interface Waiter {
  resolve(coverage: Uint8Array): void;
  /** `how`: the rest of the sentence on what failed. */
  fail(how: string, hint?: string): void;
}

let child: ChildProgram | undefined;
let nextId = 1;
const waiting = new Map<number, Waiter>();

/**
 * Has work on pixels done in a process of its own, so that nobody waits; returns one byte a pixel. `doing`: what it is, as the beginning of a
 * sentence on its failure.
 */
export function workOnPixels(work: PixelWork, doing: string): Promise<Uint8Array> {
  const id = nextId++;
  return new Promise((resolve, reject) => {
    waiting.set(id, {
      resolve,
      fail: (how, hint) => reject(new StudioError('internal', `${doing} ${how}`, hint ? { hint } : {})),
    });
    child ??= start();
    child.hold(true);
    child.send({ id, work });
  });
}

function start(): ChildProgram {
  const started = startChild<PixelAnswer>(childEntry('pixelProcess', import.meta.url), {
    title: 'MagDiff pixels',
    onMessage: (answer) => {
      const waiter = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('error' in answer) waiter?.fail(`failed: ${answer.error}`);
      else waiter?.resolve(answer.coverage);
      // An idle process does not keep ours from ending.
      if (waiting.size === 0) started.hold(false);
    },
    onExit: () => {
      if (child === started) child = undefined;
      for (const { fail } of waiting.values()) fail('stopped unexpectedly.', 'Try again.');
      waiting.clear();
    },
  });
  return started;
}

/** Ends the process, for programs that want to leave. */
export function stopPixelProgram(): void {
  child?.kill();
  child = undefined;
}
