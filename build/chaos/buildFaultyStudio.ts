import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Bundles faultyStudio.ts and the processes it starts, so that starting it a thousand times is not a thousand translations; returns its path. */
export async function buildFaultyStudio(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  // Within the program's folder: packages stay outside and are looked for from there.
  const outdir = join(root, 'dist', 'chaos');
  await build({
    bundle: true,
    platform: 'node',
    packages: 'external',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    absWorkingDir: root,
    outdir,
    entryPoints: {
      faultyStudio: 'build/chaos/faultyStudio.ts',
      engineProcess: 'electron/engine/engineProcess.ts',
      clickProcess: 'electron/engine/clicks/clickProcess.ts',
      modelFilesProcess: 'electron/services/models/library/modelFilesProcess.ts',
      pixelProcess: 'electron/media/pixels/pixelProcess.ts',
    },
  });
  return join(outdir, 'faultyStudio.js');
}
