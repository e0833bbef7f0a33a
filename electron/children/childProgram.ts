import { fork } from 'node:child_process';
import type { ChildEntry } from './childEntry.ts';

/** A program of ours that runs in a process of its own. Messages are copied as `structuredClone` would. */
export interface ChildProgram {
  readonly processId: number | undefined;
  /** A message to a program that has ended is lost; its end is told by `onExit`. */
  send(message: unknown): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  /** Whether it keeps the program that started it from ending; it does at first. */
  hold(isHeld: boolean): void;
}

/** How to start one, and who hears of it. */
export interface ChildOptions<Received> {
  /** Names it in lists of processes, where the system shows such names. */
  readonly title: string;
  /** Its environment; absent: that of the program that starts it. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  /** Messages have the form that the child's own code gives them. */
  readonly onMessage: (message: Received) => void;
  /** It has ended, or could not be started. Called once. */
  readonly onExit: () => void;
}

/** A way to start programs. */
export type ChildStarter = <Received>(entry: ChildEntry, options: ChildOptions<Received>) => ChildProgram;

let starter: ChildStarter = forkChild;

/** From here on programs are started in another way than Node's own. */
export function startChildrenBy(other: ChildStarter): void {
  starter = other;
}

/** Starts a program of ours in a process of its own; the other end is `listenToParent`. */
export const startChild: ChildStarter = (entry, options) => starter(entry, options);

/** Starts a program as another Node, which needs that this program can run as Node. */
function forkChild<Received>(entry: ChildEntry, options: ChildOptions<Received>): ChildProgram {
  const child = fork(entry.path, [], {
    execArgv: entry.execArgv,
    env: options.environment ?? process.env,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    options.onExit();
  };
  // What our own program sends has the form that its type says.
  child.on('message', (message) => options.onMessage(message as Received));
  child.once('exit', end);
  // More than one can come: a message to a dying process fails as well. Only one that was never there has no exit to follow.
  child.on('error', () => {
    if (child.pid === undefined) end();
  });
  return {
    processId: child.pid,
    // The form of messages is that of the two programs; Node takes what can be copied.
    send: (message) => void child.send(message as object, () => undefined),
    kill: () => void child.kill('SIGKILL'),
    hold: (isHeld) => {
      if (isHeld) child.ref();
      else child.unref();
      if (isHeld) child.channel?.ref();
      else child.channel?.unref();
    },
  };
}
