import type { Worker } from 'node:worker_threads';
import { StudioError } from '../../../models/errors/studioError.ts';
import { type ClipSource, finishFrames } from '../../../models/pipeline/subject/clipTrack.ts';
import type { Picture } from '../../../models/pipeline/subject/picture.ts';
import { type ChildEntry, childEntry } from '../../children/childEntry.ts';
import { startThread } from '../../children/thread.ts';
import { type Finished, type FinishingWork, Inbox, type ToFinish } from './messages.ts';

/** Made frames that wait for the thread, or are with it. */
const mostAhead = 3;

/**
 * Finishes frames in a thread of their own, so that the next ones are made meanwhile; where no thread can be started, here, from the frames
 * that `read` gives. Frames come in order. @throws StudioError what reading the clip or its masks throws
 */
export async function* finishBeside(
  made: AsyncIterable<Picture>,
  work: FinishingWork,
  read: ClipSource['read'],
  entry: ChildEntry = childEntry('finishingThread', import.meta.url),
): AsyncGenerator<Picture, void, undefined> {
  const pictures = begun(made);
  const thread = await FinishingThread.start(work, entry);
  if (!thread) {
    yield* finishFrames(read(), pictures, work.finishing);
    return;
  }
  try {
    let ahead = 0;
    for await (const picture of pictures) {
      thread.send({ made: picture });
      for (ahead++; ahead > mostAhead; ahead--) {
        const finished = await thread.next();
        if (!finished) return;
        yield finished;
      }
    }
    thread.send({ isEnd: true });
    for (let finished = await thread.next(); finished; finished = await thread.next()) yield finished;
  } finally {
    thread.leave();
  }
}

/** The same frames, the first of which is begun at once. */
function begun(made: AsyncIterable<Picture>): AsyncIterable<Picture> {
  const iterator = made[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<Picture>> | undefined = iterator.next();
  // Whoever takes it hears of its failure.
  first.catch(() => undefined);
  const next = (): Promise<IteratorResult<Picture>> => {
    const taken = first ?? iterator.next();
    first = undefined;
    return taken;
  };
  const end = async (): Promise<IteratorResult<Picture>> => {
    await iterator.return?.();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/** The thread, as the engine's own sees it. */
class FinishingThread {
  readonly #worker: Worker;
  readonly #inbox = new Inbox<Finished>();

  private constructor(work: FinishingWork, entry: ChildEntry) {
    this.#worker = startThread(entry, work);
    // What our own thread sends has the form that its type says.
    this.#worker.on('message', (message: Finished) => this.#inbox.put(message));
    const failed = (message: string): void =>
      this.#inbox.put({ kind: 'failed', error: new StudioError('engine-crashed', message).toJSON() });
    this.#worker.on('error', (cause) => failed(`Finishing frames stopped: ${String(cause)}.`));
    this.#worker.on('exit', () => failed('Finishing frames stopped unexpectedly.'));
  }

  /** A thread that has begun; undefined where none can be started. */
  static async start(work: FinishingWork, entry: ChildEntry): Promise<FinishingThread | undefined> {
    try {
      const thread = new FinishingThread(work, entry);
      return (await thread.#inbox.take()).kind === 'begun' ? thread : undefined;
    } catch {
      return undefined;
    }
  }

  send(message: ToFinish): void {
    this.#worker.postMessage(message);
  }

  /** The next finished frame; undefined after the last. */
  async next(): Promise<Picture | undefined> {
    const message = await this.#inbox.take();
    if (message.kind === 'failed') throw StudioError.fromJSON(message.error);
    return message.kind === 'frame' ? message.picture : undefined;
  }

  /** Lets it end by itself, whatever it is doing. */
  leave(): void {
    this.send({ isEnd: true });
    this.#worker.unref();
  }
}
