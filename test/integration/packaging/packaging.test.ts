import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildRenderer } from '../../../build/buildRenderer.ts';
import { buildShell } from '../../../build/buildShell.ts';

const root = resolve(import.meta.dirname, '../../..');
const platform = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform as string] ?? 'linux';
const fuseWord = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
let folder: string;
let resources: string;

/**
 * Packs the program for this system around a stand-in for Electron's own distribution, so that everything but Electron itself is what a
 * user would get.
 */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-pack-'));
  const distribution = join(folder, 'electron');
  await mkdir(join(distribution, 'resources'), { recursive: true });
  // Electron's own program carries its fuses behind this word: version, count, and one digit each, all as they come.
  await writeFile(join(distribution, 'electron'), `#!/bin/sh\nexit 0\n${fuseWord}\u0001\u000810110001`);
  await chmod(join(distribution, 'electron'), 0o755);
  await writeFile(join(distribution, 'version'), '45.4.1');
  await buildRenderer();
  await buildShell();
  const args = [
    join(root, 'node_modules', 'electron-builder', 'cli.js'),
    ...[`--${platform}`, 'dir', '--config', 'build/electron-builder.json', '--publish', 'never'],
    ...[`-c.electronDist=${distribution}`, '-c.electronVersion=45.4.1', `-c.directories.output=${join(folder, 'out')}`],
  ];
  execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  resources = join(folder, 'out', 'linux-unpacked', 'resources');
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paths inside an asar archive: a JSON header behind four 32-bit sizes (Electron's documented format). */
async function asarPaths(path: string): Promise<string[]> {
  const bytes = await readFile(path);
  const header: unknown = JSON.parse(bytes.subarray(16, 16 + bytes.readUInt32LE(12)).toString());
  const walk = (node: unknown, prefix: string): string[] => {
    const files: unknown = Reflect.get(Object(node), 'files');
    if (files === undefined) return [prefix];
    return Object.entries(Object(files)).flatMap(([name, child]) => walk(child, `${prefix}/${name}`));
  };
  return walk(header, '');
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

test.runIf(process.platform === 'linux')('the archive holds the built program and nothing of its sources', async () => {
  const paths = await asarPaths(join(resources, 'app.asar'));
  for (const wanted of [
    '/package.json',
    '/dist/electron/main.js',
    '/dist/electron/preload.cjs',
    '/dist/electron/engineProcess.js',
    '/dist/electron/pixelProcess.js',
    '/dist/renderer/index.html',
  ]) {
    expect(paths).toContain(wanted);
  }
  // Titles are drawn with faces that the program carries, and with no others of their families.
  const faces = paths.filter((path) => path.includes('/@fontsource/') && path.includes('/files/'));
  expect(faces).toContain('/node_modules/@fontsource/inter/files/inter-latin-700-normal.woff2');
  expect(faces.length).toBeLessThan(40);
  const ours = paths.filter((path) => !path.startsWith('/node_modules/'));
  expect(ours.filter((path) => !path.startsWith('/dist/') && path !== '/package.json')).toEqual([]);
  expect(ours.filter((path) => /\.(ts|tsx|map)$/.test(path))).toEqual([]);
});

test.runIf(process.platform === 'linux')('native modules lie unpacked, for this platform alone', async () => {
  const files = await filesBelow(join(resources, 'app.asar.unpacked'));
  const runtimes = files.filter((path) => path.includes('onnxruntime-node/bin/'));
  expect(runtimes.some((path) => path.endsWith('onnxruntime_binding.node'))).toBe(true);
  expect(runtimes.filter((path) => !path.includes(`/${process.platform}/${process.arch}/`))).toEqual([]);
  expect(files.some((path) => path.includes('@img/sharp-linux'))).toBe(true);
  expect(files.some((path) => path.includes('@napi-rs/canvas-linux') && path.endsWith('.node'))).toBe(true);
});

test.runIf(process.platform === 'linux')('the licences of what is carried lie beside it', async () => {
  for (const name of ['THIRD-PARTY.md', 'THIRD-PARTY-LICENCES.txt', 'LICENSE.txt'])
    expect((await stat(join(resources, name))).size).toBeGreaterThan(900);
  const texts = await readFile(join(resources, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
  for (const part of ['GNU LESSER GENERAL PUBLIC LICENSE', 'react-dom ', 'github.com/lovell/sharp-libvips'])
    expect(texts).toContain(part);
});

test.runIf(process.platform === 'linux')('the bundled model is a resource', async () => {
  const models = await readdir(join(root, 'models', 'bundled'));
  for (const name of models)
    expect((await stat(join(resources, 'models', name, 'magdiff.json'))).size).toBeGreaterThan(100);
  expect(models.length).toBeGreaterThan(0);
});

test.runIf(process.platform === 'linux')('the program runs as nothing but the studio', async () => {
  const program = await readFile(join(folder, 'out', 'linux-unpacked', 'magdiff-studio'));
  const at = program.indexOf(fuseWord) + fuseWord.length + 2;
  // As Node, cookies encrypted, NODE_OPTIONS, inspection, archive checked, nothing but the archive, own snapshot, file: privileges.
  expect(program.subarray(at, at + 8).toString()).toBe('01001100');
});
