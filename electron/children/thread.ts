import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ChildEntry } from './childEntry.ts';

/** Starts a thread of ours with what it is to work on. Running from source it loads TypeScript, for which Node's options do not reach into threads. */
export function startThread({ path, execArgv }: ChildEntry, work: unknown): Worker {
  const isSource = execArgv.length > 0;
  const options = { workerData: work, execArgv: [] };
  if (!isSource) return new Worker(path, options);
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import { register } from ${loader}; register(); await import(${JSON.stringify(pathToFileURL(path).href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options);
}
