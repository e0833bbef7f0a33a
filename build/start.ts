/**
 * What `npm start` runs after the set-up: builds the page, then opens the studio in Electron; where Electron's program is not
 * there, serves the page and opens the default browser, or at least says the address.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { hasScreen, openBrowser } from '../electron/server/openBrowser.ts';
import { startStudio } from '../electron/server/startStudio.ts';
import { StudioError } from '../models/errors/studioError.ts';
import { buildRenderer, pageFolder } from './buildRenderer.ts';
import { buildShell, shellEntry } from './buildShell.ts';
import { electronProgram } from './electronProgram.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      workspace: { type: 'string' },
      browser: { type: 'boolean' },
      'no-open': { type: 'boolean' },
    },
  });
  process.stdout.write('Building the page ...\n');
  await buildRenderer();
  const electron = values.browser || values['no-open'] || !hasScreen() ? undefined : electronProgram();
  if (electron) {
    await buildShell();
    const args = [shellEntry, ...(values.workspace ? ['--workspace', values.workspace] : [])];
    spawn(electron, args, { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 0));
    return;
  }
  const studio = await startStudio({
    pageFolder,
    workspace: values.workspace,
    port: values.port ? Number(values.port) : undefined,
  });
  if (!values['no-open'] && !values.browser)
    process.stdout.write(
      "Electron's program is not installed, so the studio opens in the browser; it works the same there.\n",
    );
  process.stdout.write(`MagDiff Studio: ${studio.url}\n`);
  if (!values['no-open'] && !(await openBrowser(studio.openingUrl())))
    process.stdout.write('Open this address in a browser on this machine. Ctrl C ends the studio.\n');
  const end = (): void => void studio.close().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

main().catch((error: unknown) => {
  const text = error instanceof StudioError ? error.sentence : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
