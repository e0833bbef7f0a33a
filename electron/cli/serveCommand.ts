import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { keepServing } from '../server/lastResort.ts';
import { openBrowser } from '../server/openBrowser.ts';
import { startStudio } from '../server/startStudio.ts';
import type { Console } from './console.ts';
import { queueOfOptions } from './queue/queueOptions.ts';
import { numberOption, type TakeOptionValues } from './takes/takeOptions.ts';

const pageFolder = resolve(import.meta.dirname, '../../dist/renderer');

/** `magdiff serve`: the studio for a browser, until interrupted. Its one line on standard output is the address, token included. */
export async function serveCommand(values: TakeOptionValues, console: Console): Promise<void> {
  const port = numberOption(values, 'port');
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
    throw new StudioError('usage', `--port takes a number from 0 to 65535, not ${port}.`);
  }
  if (!existsSync(join(pageFolder, 'index.html'))) await buildPage();
  const studio = await startStudio({
    port,
    pageFolder,
    keepsAddress: true,
    queue: queueOfOptions(values),
    ...(typeof values.workspace === 'string' ? { workspace: resolve(values.workspace) } : {}),
  });
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  keepServing(studio.services.bus, log);
  console.result(studio.url, { url: studio.url, port: studio.port });
  // No browser to open: the printed address is enough.
  if (values.open !== false) await openBrowser(studio.openingUrl());
  await new Promise<void>((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
  await studio.close();
}

/** Builds the page in a process of its own: the command line itself knows nothing of bundlers. */
async function buildPage(): Promise<void> {
  const script = resolve(import.meta.dirname, '../../build/buildRenderer.ts');
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  if (code !== 0)
    throw new StudioError('internal', 'The page could not be built.', {
      hint: 'Run "npm start" once; it does all the set-up.',
    });
}
