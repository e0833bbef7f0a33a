/**
 * Enforces the architecture: which folder may import which, and who alone may import certain packages.
 * Run by `npm run layers`; prints every violation and exits 1 when there is one.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Folder → folders it may import (itself is always allowed). The most specific folder wins. */
const allowed: Record<string, readonly string[]> = {
  'models/errors': [],
  'models/onnx': ['models/errors'],
  'models/nets': ['models/onnx', 'models/errors'],
  'models/weights': ['models/errors'],
  'models/runtime': ['models/onnx', 'models/weights', 'models/errors'],
  'models/math': ['models/errors'],
  'models/diffusion': ['models/math', 'models/errors'],
  'models/text': ['models/math', 'models/errors'],
  'models/masks': ['models/math', 'models/errors'],
  'models/families': ['models'],
  'models/pipeline': ['models'],
  'models/bundled': [],
  'electron/contract': ['models/errors'],
  'electron/media': ['electron/contract', 'models/errors'],
  'electron/engine': ['electron/contract', 'electron/media', 'models/pipeline', 'models/masks', 'models/errors'],
  'electron/services': ['electron/contract', 'electron/media', 'electron/engine', 'models'],
  'electron/server': ['electron/contract', 'electron/services', 'electron/engine', 'models/errors'],
  'electron/shell': ['electron/server', 'electron/contract', 'models/errors'],
  'electron/cli': [
    'electron/contract',
    'electron/services',
    'electron/server',
    'electron/media',
    'electron/engine',
    'models',
  ],
  'renderer/client': ['electron/contract', 'models/errors'],
  'renderer/editor': ['electron/contract', 'models/masks', 'models/errors'],
  renderer: ['renderer', 'electron/contract', 'models/masks', 'models/errors'],
  build: ['electron', 'models', 'renderer', 'build'],
  test: ['electron', 'models', 'renderer', 'build', 'test'],
};

/** Package → the only folders that may import it at all (type imports included). */
const soleImporters: Record<string, readonly string[]> = {
  electron: ['electron/shell', 'test'],
  'onnxruntime-node': ['models/runtime', 'test'],
  'fluent-ffmpeg': ['electron/media'],
  sharp: ['electron/media', 'test', 'build'],
  react: [
    'renderer/canvas',
    'renderer/timeline',
    'renderer/panels',
    'renderer/preview',
    'renderer/ui',
    'renderer/main.tsx',
  ],
  konva: ['renderer/canvas', 'renderer/timeline', 'renderer/preview'],
};

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;

function listSources(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    if (statSync(path).isDirectory()) return listSources(path);
    return /\.(ts|tsx|mts|mjs)$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

/** The most specific rule whose folder contains `file` (a path relative to the root, forward slashes). */
function ruleOf(file: string): string | undefined {
  return Object.keys(allowed)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const isWithin = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

const violations: string[] = [];
const files = ['electron', 'renderer', 'models', 'build', 'test'].flatMap((folder) => listSources(join(root, folder)));
for (const path of files) {
  const file = relative(root, path).replaceAll('\\', '/');
  const rule = ruleOf(file);
  if (!rule) {
    violations.push(`${file}: lies in no folder of the architecture (build/checkLayers.ts)`);
    continue;
  }
  for (const match of readFileSync(path, 'utf8').matchAll(importPattern)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    if (specifier.startsWith('.')) {
      const target = relative(root, resolve(dirname(path), specifier)).replaceAll('\\', '/');
      const home = ruleOf(target) ?? target;
      const permitted = home === rule || (allowed[rule] ?? []).some((folder) => isWithin(target, folder));
      if (!permitted)
        violations.push(
          `${file}: may not import ${target} (${rule} may import: ${(allowed[rule] ?? []).join(', ') || 'nothing of ours'})`,
        );
      continue;
    }
    const packageName = specifier.startsWith('@')
      ? specifier.split('/').slice(0, 2).join('/')
      : (specifier.split('/')[0] ?? '');
    const importers = soleImporters[packageName];
    if (importers && !importers.some((folder) => isWithin(file, folder))) {
      violations.push(`${file}: may not import ${packageName}; only ${importers.join(', ')} may`);
    }
  }
}

for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(`layers: ${files.length} files, ${violations.length} violations\n`);
process.exitCode = violations.length > 0 ? 1 : 0;
