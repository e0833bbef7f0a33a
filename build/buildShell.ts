import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** The desktop program's entry after {@link buildShell}. */
export const shellEntry = join(root, 'dist', 'electron', 'main.js');

/** Bundles the desktop program, its preload script and the processes it starts into `dist/electron`; packages stay outside. */
export async function buildShell(): Promise<void> {
  const common = {
    bundle: true,
    platform: 'node',
    packages: 'external',
    target: 'node22',
    logLevel: 'error',
    absWorkingDir: root,
  } as const;
  await build({
    ...common,
    format: 'esm',
    entryPoints: {
      main: 'electron/shell/main.ts',
      engineProcess: 'electron/engine/engineProcess.ts',
      smartSelectProcess: 'electron/media/smartSelectProcess.ts',
    },
    outdir: 'dist/electron',
  });
  await build({
    ...common,
    format: 'cjs',
    entryPoints: { preload: 'electron/shell/preload.ts' },
    outdir: 'dist/electron',
    outExtension: { '.js': '.cjs' },
  });
}

if (process.argv[1] === import.meta.filename) await buildShell();
