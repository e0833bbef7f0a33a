import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** The desktop program's entry after {@link buildShell}. */
export const shellEntry = join(root, 'dist', 'electron', 'main.js');

/** Where to bundle to, and what takes Electron's place there (tests). */
export interface ShellBuildOptions {
  folder?: string;
  electron?: string;
}

/** Bundles the desktop program, its preload script and the processes it starts into `dist/electron`; packages stay outside. */
export async function buildShell({
  folder = join(root, 'dist', 'electron'),
  electron,
}: ShellBuildOptions = {}): Promise<void> {
  const common = {
    bundle: true,
    platform: 'node',
    packages: 'external',
    target: 'node22',
    logLevel: 'error',
    absWorkingDir: root,
    outdir: folder,
  } as const;
  await build({
    ...common,
    ...(electron === undefined ? {} : { alias: { electron } }),
    format: 'esm',
    entryPoints: {
      main: 'electron/shell/main.ts',
      engineProcess: 'electron/engine/engineProcess.ts',
      finishingThread: 'electron/engine/finishing/finishingThread.ts',
      clickProcess: 'electron/engine/clicks/clickProcess.ts',
      modelFilesProcess: 'electron/services/models/library/modelFilesProcess.ts',
      measureProcess: 'electron/services/measures/measureProcess.ts',
      pixelProcess: 'electron/media/pixels/pixelProcess.ts',
    },
  });
  const preload = { entryPoints: { preload: 'electron/shell/preload.ts' }, outExtension: { '.js': '.cjs' } };
  await build({ ...common, ...preload, format: 'cjs' });
}

if (process.argv[1] === import.meta.filename) await buildShell();
