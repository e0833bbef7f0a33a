import { spawn } from 'node:child_process';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTinySet } from '../../fixtures/models/tinySet.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
let files: string;
let picture: string;

/** Runs the command with a home of its own, and answers its exit code and what it said. */
function magdiff(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'electron/cli/magdiff.ts'), ...args], {
    cwd: root,
    env: { ...process.env, HOME: join(folder, 'home'), MAGDIFF_CACHE: join(folder, 'cache') },
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  return new Promise((done) => child.once('close', (code) => done({ code, ...said })));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-sets-'));
  files = join(folder, 'meine Modelle');
  await writeTinySet(files);
  picture = join(folder, 'disc.png');
  const data = new Uint8Array(32 * 32 * 4);
  for (let i = 0; i < 32 * 32; i++)
    data.set([230, (i * 3) % 255, 40, ((i % 32) - 16) ** 2 + (Math.floor(i / 32) - 16) ** 2 < 90 ? 255 : 0], i * 4);
  await sharp(data, { raw: { width: 32, height: 32, channels: 4 } })
    .png()
    .toFile(picture);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = ['--width', '16', '--height', '16', '--frames', '2', '--steps', '2', '--seed', '3', '--provider', 'cpu'];

test('loose files make a clip, and remake makes the same frames from the recipe alone', async () => {
  const out = join(folder, 'made', 'disc.mp4');
  const loose = [
    ...['--base', join(files, 'base ü'), '--motion', join(files, 'motion')],
    ...['--adapter', join(files, 'ip-adapter.safetensors'), '--encoder', join(files, 'image_encoder')],
    ...['--lora', `${join(files, 'style.safetensors')}:0.8`],
  ];
  const made = await magdiff(
    'generate',
    picture,
    '-p',
    'a (red:1.2) disc <lora:style:0.4>',
    ...loose,
    ...small,
    '-o',
    out,
  );
  expect(made.err).not.toMatch(/Error/);
  expect(made.code).toBe(0);
  const again = await magdiff('remake', join(folder, 'made', 'take.json'));
  expect(again.code, again.err).toBe(0);
  expect(again.out).toMatch(/the same 2 frames/i);

  // On another machine: nothing is remembered, the files lie elsewhere and one has another name.
  const elsewhere = join(folder, 'woanders');
  await cp(files, elsewhere, { recursive: true });
  await rename(join(elsewhere, 'style.safetensors'), join(elsewhere, 'umbenannt.safetensors'));
  await rm(join(folder, 'cache'), { recursive: true });
  const found = await magdiff('remake', join(folder, 'made', 'take.json'), '--models', elsewhere);
  expect(found.code, found.err).toBe(0);
  expect(found.out).toMatch(/the same 2 frames/i);
  await rm(join(folder, 'cache'), { recursive: true });
  await rm(join(elsewhere, 'umbenannt.safetensors'));
  const lost = await magdiff('remake', join(folder, 'made', 'take.json'), '--models', elsewhere);
  expect(lost.code).toBe(1);
  expect(lost.err).toMatch(/made of files that are not here: style\.safetensors\./);
});

test('a LoRA’s strength moves over the frames, by file or by name; the recipe holds the lane and makes the same frames', async () => {
  const loose = ['--base', join(files, 'base ü'), '--motion', join(files, 'motion')];
  const lora = join(files, 'style.safetensors');
  const frames = async (name: string, ...more: string[]): Promise<string> => {
    const out = join(folder, name, 'disc.mp4');
    const made = await magdiff('generate', picture, '-p', 'a disc', ...small, ...more, '-o', out, '--json');
    expect(made.code, made.err).toBe(0);
    return JSON.parse(made.out.trim().split('\n').at(-1) ?? '{}').framesSha256;
  };
  const number = await frames('number', ...loose, '--lora', `${lora}:0.9`);
  expect(await frames('level', ...loose, '--lora', `${lora}:0:0.9,1:0.9`)).toBe(number);
  expect(await frames('moving', ...loose, '--lora', `${lora}:0:0.9,1:-2:smooth`)).not.toBe(number);
  expect(await frames('by name', '-m', files, '--lora', 'style:0:0.9,1:-2')).not.toBe(number);
  const again = await magdiff('remake', join(folder, 'moving', 'take.json'));
  expect(again.code, again.err).toBe(0);
  expect(again.out).toMatch(/the same 2 frames/i);
  const gone = await magdiff('generate', picture, '-p', 'a disc', '-m', files, '--lora', 'gone:0.5', ...small);
  expect(gone.code).toBe(1);
  expect(gone.err).toMatch(/A lane moves the LoRA “gone”, which Tiny does not have\..*It has style\./s);
}, 300_000);

test('a wrong call says what is missing beside it', async () => {
  const alone = await magdiff('generate', picture, '-p', 'x', '--motion', join(files, 'motion'));
  expect(alone.code).toBe(2);
  expect(alone.err).toMatch(/--motion needs --base beside it/);
  const wanting = await magdiff(
    'generate',
    picture,
    '-p',
    'x',
    '--base',
    join(files, 'base ü'),
    '--adapter',
    join(files, 'ip-adapter.safetensors'),
  );
  expect(wanting.err).toMatch(/--adapter needs its image encoder/);
});

test('scan names every file, sets proposes one of them, and a saved set makes a clip by its name', async () => {
  const scanned = await magdiff('models', 'scan', files);
  expect(scanned.code, scanned.err).toBe(0);
  expect(scanned.out).toMatch(/base ü .*a Stable Diffusion 1\.5 checkpoint in diffusers’ form/);
  expect(scanned.out).toMatch(/style\.safetensors .*a LoRA for Stable Diffusion 1\.5/);
  const proposed = await magdiff('models', 'sets', files);
  expect(proposed.out).toMatch(/^1\. base ü with /m);
  const saved = await magdiff('models', 'sets', files, '--save', '1', '--json');
  expect(saved.code, saved.err).toBe(0);
  const listed = await magdiff('models', 'list');
  expect(listed.out).toMatch(/base ü with .*512×512, up to 16 frames/);
  const name = /^(base ü with [^:]*):/m.exec(listed.out)?.[1] ?? '';
  const made = await magdiff(
    'generate',
    picture,
    '-p',
    'a disc',
    '-m',
    name,
    ...small,
    '-o',
    join(folder, 'by name.mp4'),
  );
  expect(made.code, made.err).toBe(0);
});
