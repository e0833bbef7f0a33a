/**
 * First step of every npm script: brings a fresh clone to where the TypeScript side can run, using Node's own modules only.
 * Installs the packages when they are missing or older than the lock file; with --for-tests also finds or installs
 * ffmpeg, redis-server and a Chromium for the end-to-end tests. Says in one sentence what it does and, where it cannot, what to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const forTests = process.argv.includes('--for-tests');

/** Prints a sentence and ends the set-up. */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `MagDiff Studio needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and run the command again.`,
  );
}

const stamp = join(root, 'node_modules', '.package-lock.json');
const lock = join(root, 'package-lock.json');
const packagesCurrent = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs - 1000;
if (!packagesCurrent) {
  process.stderr.write('Installing the packages (once; a few minutes on a slow line) ...\n');
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, npm] : ['npm'];
  const install = spawnSync(command[0], [...command.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: !npm && process.platform === 'win32',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (install.status !== 0)
    fail('The packages could not be installed; the lines above say why. Check the network and run the command again.');
}

/** The first of `names` found on PATH, or undefined. */
function onPath(names) {
  for (const folder of (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':')) {
    for (const name of names) {
      const file = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
      if (folder && existsSync(file)) return file;
    }
  }
  return undefined;
}

/** Installs a package of the system where that can be done without asking anyone: as root, on a Linux with apt. */
function installBySystem(name) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const hasFfmpeg = () =>
  (process.env.FFMPEG_PATH ?? onPath(['ffmpeg'])) && (process.env.FFPROBE_PATH ?? onPath(['ffprobe']));
if (forTests && !hasFfmpeg()) {
  process.stderr.write('Installing ffmpeg for the tests ...\n');
  installBySystem('ffmpeg');
  if (!hasFfmpeg())
    fail('The tests need ffmpeg and ffprobe: install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH to its two programs.');
}

const hasRedis = () => onPath(['redis-server', 'valkey-server']);
if (forTests && !hasRedis()) {
  process.stderr.write('Installing redis-server for the tests ...\n');
  installBySystem('redis-server');
  if (!hasRedis()) fail('The tests of queues need a server: install redis-server or valkey-server.');
}

if (forTests) {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const { chromium } = await import('playwright');
  const found = () =>
    process.env.CHROMIUM_PATH ??
    onPath(names) ??
    (existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined);
  if (!found()) {
    process.stderr.write('Installing a Chromium for the end-to-end tests ...\n');
    const cli = join(root, 'node_modules', 'playwright', 'cli.js');
    const byPlaywright = spawnSync(process.execPath, [cli, 'install', 'chromium'], {
      stdio: 'ignore',
      timeout: 300_000,
    });
    if (byPlaywright.status !== 0) installBySystem('chromium');
    if (!found())
      fail(
        'No Chromium was found for the end-to-end tests and none could be installed: install Chromium or Chrome, or set CHROMIUM_PATH to its program.',
      );
  }
}

// A lock file older than package.json means somebody added a package by hand: say so instead of failing later.
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
for (const name of Object.keys(manifest.dependencies ?? {})) {
  if (!existsSync(join(root, 'node_modules', name)))
    fail(`The package ${name} is missing from node_modules; run "npm install" once.`);
}
