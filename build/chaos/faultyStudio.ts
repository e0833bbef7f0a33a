/**
 * A studio in a process of its own, for those who kill it: prints its address, and runs jobs with the models it is given. Its file system
 * fails as its parent says: a message names the fault, or `none`. Arguments: workspace, model root, page folder, cache folder.
 */
import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** What can be wrong with the machine. */
export type Fault = 'none' | 'disk-full' | 'no-handles' | 'clock-jump';

let fault: Fault = 'none';
const realNow = Date.now;

process.on('message', (wanted: Fault) => {
  fault = wanted;
  Date.now = wanted === 'clock-jump' ? () => realNow() - 86_400_000 : realNow;
});

const failing = (code: string): Error => Object.assign(new Error(`${code}, as ordered`), { code });

/** Lets the functions of node:fs/promises fail while the fault lasts. */
function breakCalls(): void {
  const calls: Record<string, unknown> = fs.promises as unknown as Record<string, unknown>;
  const breaking: [string, Fault, string][] = [
    ...['writeFile', 'copyFile', 'mkdir'].map((name): [string, Fault, string] => [name, 'disk-full', 'ENOSPC']),
    ...['open', 'readFile', 'readdir'].map((name): [string, Fault, string] => [name, 'no-handles', 'EMFILE']),
  ];
  for (const [name, when, code] of breaking) {
    const whole = calls[name];
    if (typeof whole !== 'function') continue;
    calls[name] = async (...given: unknown[]) => {
      if (fault === when) throw failing(code);
      return whole.apply(fs.promises, given);
    };
  }
  syncBuiltinESMExports();
}

/** Lets writes to open files fail after some of their bytes, as a disk that fills does. */
async function breakHandles(): Promise<void> {
  const handle = await fs.promises.open(process.execPath, 'r');
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ['appendFile', 'writeFile'] as const) {
    const whole = prototype[name];
    prototype[name] = async function (this: FileHandle, data, options) {
      if (fault !== 'disk-full') return whole.call(this, data, options);
      const bytes = Buffer.from(data as Uint8Array);
      await whole.call(this, bytes.subarray(0, Math.floor(bytes.length * Math.random())), options);
      throw failing('ENOSPC');
    };
  }
}

await breakHandles();
breakCalls();
const { startStudio } = await import('../../electron/server/startStudio.ts');
const { keepServing } = await import('../../electron/server/lastResort.ts');
const [workspace = '', modelRoot = '', pageFolder = '', cacheFolder = ''] = process.argv.slice(2);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const studio = await startStudio({ workspace, modelRoots: [modelRoot], pageFolder, cacheFolder, log });
keepServing(studio.services.bus, log);
process.stdout.write(`${studio.url}\n`);
