import type { Console } from './console.ts';

/** Makes commander's action of a command: the command's options choose its console, and what it returns is the exit code (absent: done). */
export type CommandAction = <Arguments extends unknown[]>(
  run: (console: Console, ...given: Arguments) => Promise<number | undefined>,
) => (...given: unknown[]) => Promise<void>;
