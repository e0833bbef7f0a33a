import { utilityProcess } from 'electron';
import type { ChildEntry } from '../children/childEntry.ts';
import type { ChildOptions, ChildProgram } from '../children/childProgram.ts';

/** Starts a program in a utility process of Electron's: the packaged program cannot run as Node (its fuses say so). */
export function startUtility<Received>(entry: ChildEntry, options: ChildOptions<Received>): ChildProgram {
  const child = utilityProcess.fork(entry.path, [], {
    execArgv: entry.execArgv,
    env: { ...(options.environment ?? process.env) },
    serviceName: options.title,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // What our own program sends has the form that its type says.
  child.on('message', (message: unknown) => options.onMessage(message as Received));
  child.once('exit', () => options.onExit());
  return {
    get processId() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    kill: () => {
      // Electron's own way asks politely, which native code at work does not hear.
      if (child.pid === undefined) child.kill();
      else process.kill(child.pid, 'SIGKILL');
    },
    // Electron's program ends when it is told to, whatever runs.
    hold: () => undefined,
  };
}
