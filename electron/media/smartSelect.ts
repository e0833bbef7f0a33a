import { type ChildProcess, fork } from 'node:child_process';
import { StudioError } from '../../models/errors/studioError.ts';
import { childEntry } from './childEntry.ts';

/** What a smart select starts from: a picture and hints, by pixel. */
export interface SmartSelectRequest {
  width: number;
  height: number;
  /** RGBA, height × width × 4 bytes. */
  picture: Uint8Array;
  /** One byte a pixel: 0 unknown, 1 certainly subject, 2 certainly not. */
  hints: Uint8Array;
  /** Only what lies inside can be subject; absent: the hints' surroundings decide. */
  box?: { x: number; y: number; width: number; height: number } | undefined;
  iterations?: number;
}

let child: ChildProcess | undefined;
let nextId = 1;
const waiting = new Map<number, { resolve: (mask: Uint8Array) => void; reject: (cause: unknown) => void }>();

/** What the process answers. */
export type SmartSelectAnswer = { id: number; mask: Uint8Array } | { id: number; error: string };

/**
 * Finds the subject from a box or a few scribbles by GrabCut (Rother, Kolmogorov & Blake 2004; OpenCV's implementation), in a process
 * of its own so that nobody waits. Returns one byte a pixel, 0 or 255.
 */
export function smartSelect(request: SmartSelectRequest): Promise<Uint8Array> {
  const { width, height } = request;
  if (request.picture.length !== width * height * 4 || request.hints.length !== width * height) {
    throw new StudioError('request-invalid', 'The picture and the hints of a smart select differ in size.');
  }
  if (!request.box && !request.hints.includes(1)) {
    throw new StudioError('mask-empty', 'Smart select has nothing to start from.', {
      hint: 'Scribble over the subject or draw a box around it.',
    });
  }
  const id = nextId++;
  const answer = new Promise<Uint8Array>((resolve, reject) => waiting.set(id, { resolve, reject }));
  const process = running();
  process.ref();
  process.channel?.ref();
  process.send({ id, request });
  return answer;
}

function running(): ChildProcess {
  if (child) return child;
  const { path, execArgv } = childEntry('smartSelectProcess', import.meta.url);
  const started = fork(path, [], {
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  started.on('message', (answer: SmartSelectAnswer) => {
    const waiter = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) waiter?.reject(new StudioError('internal', `Smart select failed: ${answer.error}`));
    else waiter?.resolve(answer.mask);
    if (waiting.size === 0) letGo(started);
  });
  started.once('exit', () => {
    if (child === started) child = undefined;
    for (const { reject } of waiting.values()) {
      reject(
        new StudioError('internal', 'Smart select stopped unexpectedly.', {
          hint: 'Try again; brush by hand if it repeats.',
        }),
      );
    }
    waiting.clear();
  });
  child = started;
  return started;
}

/** An idle process does not keep ours from ending. */
function letGo(idle: ChildProcess): void {
  idle.unref();
  idle.channel?.unref();
}

/** Ends the process, for programs that want to leave. */
export function stopSmartSelect(): void {
  child?.kill('SIGKILL');
  child = undefined;
}
