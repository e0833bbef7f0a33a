import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '..', 'node_modules', 'electron');

/** Electron's program, fetched by its own package the first time; undefined where it cannot be had. */
export function electronProgram(): string | undefined {
  const program = installedElectron();
  if (program) return program;
  process.stdout.write("Fetching Electron's program (once) ...\n");
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: 600_000 });
  return installedElectron();
}

/** Electron's program where it is already here. */
export function installedElectron(): string | undefined {
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const program = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? program : undefined;
}
