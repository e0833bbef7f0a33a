import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { writeLicences } from './licences/licenceTexts.ts';

const root = resolve(import.meta.dirname, '..');

/** Where the built page lies. */
export const pageFolder = join(root, 'dist', 'renderer');

/** Builds the page into `dist/renderer` when any of its sources is newer than the last build. */
export async function buildRenderer(): Promise<void> {
  const built = newest([join(pageFolder, 'index.html')]);
  const sources = newest(
    [
      'renderer',
      'build/buildRenderer.ts',
      'build/licences',
      'electron/contract',
      'electron/composition',
      'models/masks',
      'models/errors',
      'package-lock.json',
    ].map((path) => join(root, path)),
  );
  if (built >= sources) return;
  // Vite takes a test runner's NODE_ENV for its own and would bundle React's development form.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({
      configFile: false,
      mode: 'production',
      root: join(root, 'renderer'),
      logLevel: 'error',
      plugins: [react()],
      build: {
        outDir: pageFolder,
        emptyOutDir: true,
        assetsDir: 'static',
        target: 'es2023',
        modulePreload: false,
        reportCompressedSize: false,
      },
    });
    writeLicences(join(pageFolder, 'licences.json'), join(root, 'dist', 'THIRD-PARTY-LICENCES.txt'));
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  }
}

/** The latest change below any of the paths, in milliseconds; 0 where none exists. */
function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) continue;
    if (found.isDirectory()) latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
    else latest = Math.max(latest, found.mtimeMs);
  }
  return latest;
}

if (process.argv[1] === import.meta.filename) await buildRenderer();
