/**
 * A thread of the engine that reads the clip of an edit and lays what is kept over the made frames, while the engine's own thread decodes the
 * next. It takes and gives the messages of `messages.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { finishFrames } from '../../../models/pipeline/subject/clipTrack.ts';
import type { Picture } from '../../../models/pipeline/subject/picture.ts';
import { errorJson } from '../errorJson.ts';
import { openClip } from '../jobInputs.ts';
import { type Finished, type FinishingWork, Inbox, type ToFinish } from './messages.ts';

/** Gives a message away; a frame's bytes are the receiver's from then on. */
const give = (message: Finished): void =>
  parentPort?.postMessage(message, message.kind === 'frame' ? [message.picture.data.buffer as ArrayBuffer] : []);

/** The made frames as they come. */
async function* made(inbox: Inbox<ToFinish>): AsyncGenerator<Picture, void, undefined> {
  for (;;) {
    const message = await inbox.take();
    if ('isEnd' in message) return;
    yield message.made;
  }
}

async function run({ finishing, ...job }: FinishingWork): Promise<void> {
  const inbox = new Inbox<ToFinish>();
  // What the engine sends has the form that its type says.
  parentPort?.on('message', (message: ToFinish) => inbox.put(message));
  give({ kind: 'begun' });
  try {
    const { clip } = await openClip(job);
    for await (const picture of finishFrames(clip.read(), made(inbox), finishing)) give({ kind: 'frame', picture });
    give({ kind: 'end' });
  } catch (cause) {
    give({ kind: 'failed', error: errorJson(cause) });
  } finally {
    parentPort?.close();
  }
}

await run(workerData as FinishingWork);
