/**
 * `npm run test:electron`: drives the real Electron with Playwright through its first minute. Needs Electron's program and a
 * screen; says so and ends with 1 where either is missing. The same main and preload run in `npm test` over a stand-in.
 */
import { strict as assert } from 'node:assert';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright';
import { hasScreen } from '../electron/server/openBrowser.ts';
import { buildRenderer } from './buildRenderer.ts';
import { buildShell, shellEntry } from './buildShell.ts';
import { electronProgram } from './electronProgram.ts';

async function main(): Promise<void> {
  const executablePath = hasScreen() ? electronProgram() : undefined;
  if (!executablePath) {
    process.stderr.write(
      "Electron's program or a screen is missing here; run this where both are (under xvfb-run, for instance).\n",
    );
    process.exitCode = 1;
    return;
  }
  await buildRenderer();
  await buildShell();
  const workspace = await mkdtemp(join(tmpdir(), 'magdiff-electron-'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({ executablePath, args: [...sandbox, shellEntry, '--workspace', workspace] });
  try {
    const window = await app.firstWindow();
    await window.getByRole('heading', { name: /Keep what matters/ }).waitFor();
    assert.equal(await window.evaluate('typeof require'), 'undefined');
    assert.equal(await window.evaluate('typeof window.desktop.chooseFolder'), 'function');
    await window.getByRole('button', { name: 'Open the sample' }).click();
    await window.getByRole('button', { name: /Red balloon/ }).waitFor({ timeout: 60_000 });
    await window.evaluate("void setTimeout(() => { location.href = 'https://example.com/'; })");
    await window.waitForTimeout(500);
    assert.match(window.url(), /^http:\/\/127\.0\.0\.1:/);
    process.stdout.write('Electron: window, bridge, sample and refused navigation are as they should be.\n');
  } finally {
    await app.close();
  }
}

await main();
