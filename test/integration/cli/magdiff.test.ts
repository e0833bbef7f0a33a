import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeVideo } from '../../../electron/media/encodeVideo.ts';
import { probeMedia } from '../../../electron/media/probeMedia.ts';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
let model: string;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function start(args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'electron/cli/magdiff.ts'), ...args], {
    cwd: root,
    env: { ...process.env, MAGDIFF_CACHE: join(folder, 'cache') },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { child, ended: new Promise((done) => child.once('close', (code) => done({ code, out, err }))) };
}
const magdiff = (...args: string[]) => start(args).ended;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-cli-'));
  model = await writeTinyModel(join(folder, 'tiny'));
  // A disc on transparent ground: its alpha is its mask.
  const data = new Uint8Array(48 * 48 * 4);
  for (let i = 0; i < 48 * 48; i++) {
    const inside = ((i % 48) - 24) ** 2 + (Math.floor(i / 48) - 24) ** 2 < 200;
    data.set([230, (i * 3) % 255, 40, inside ? 255 : 0], i * 4);
  }
  await sharp(data, { raw: { width: 48, height: 48, channels: 4 } })
    .png()
    .toFile(join(folder, 'disc.png'));
  await sharp(data, { raw: { width: 48, height: 48, channels: 4 } })
    .flatten({ background: '#206040' })
    .png()
    .toFile(join(folder, 'flat.png'));
  async function* frames() {
    for (let frame = 0; frame < 20; frame++) yield { data: new Uint8Array(48 * 48 * 4).fill(20 + frame * 8) };
  }
  await encodeVideo({
    frames: frames(),
    frameCount: 20,
    width: 48,
    height: 48,
    frameRate: 10,
    format: 'mp4-h264',
    quality: 'good',
    out: join(folder, 'clip.mp4'),
  });
  await mkdir(join(folder, 'out'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('generate writes a video and a recipe, and remake makes the same frames', async () => {
  const out = join(folder, 'made', 'disc.mp4');
  const made = await magdiff(
    'generate',
    join(folder, 'disc.png'),
    '-m',
    model,
    '--provider',
    'cpu',
    '-p',
    'it jumps',
    '--frames',
    '5',
    '--seed',
    '9',
    '-o',
    out,
    '--json',
  );
  expect(made.code, made.err + made.out).toBe(0);
  const lines = made.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ type }) => type === 'progress').length).toBeGreaterThan(3);
  const result = lines.at(-1);
  expect(result).toMatchObject({ type: 'result', path: out, frameCount: 5, recipe: join(folder, 'made', 'take.json') });
  expect(await probeMedia(out)).toMatchObject({ codec: 'h264', frameCount: 5, framesPerSecond: 8 });
  const again = await magdiff('remake', result.recipe, '-m', model, '--json');
  expect(again.code, again.err + again.out).toBe(0);
  expect(JSON.parse(again.out.trim().split('\n').at(-1) ?? '')).toMatchObject({
    identical: true,
    framesSha256: result.framesSha256,
  });
});

test('a mask comes from a box; a masked clip is edited in its range and its rest kept', async () => {
  const mask = await magdiff(
    'mask',
    join(folder, 'flat.png'),
    '--box',
    '8,8,32,32',
    '-o',
    join(folder, 'mask.png'),
    '--json',
  );
  expect(mask.code, mask.err).toBe(0);
  expect(JSON.parse(mask.out).share).toBeGreaterThan(0.15);
  const out = join(folder, 'edited', 'clip.mp4');
  const edit = await magdiff(
    'edit',
    join(folder, 'clip.mp4'),
    '--mask',
    join(folder, 'mask.png'),
    '-m',
    model,
    '--provider',
    'cpu',
    '-p',
    'a beach',
    '--start',
    '0.5',
    '--end',
    '1.1',
    '--whole-clip',
    '--seed',
    '1',
    '-o',
    out,
  );
  expect(edit.code, edit.err).toBe(0);
  expect(await probeMedia(out)).toMatchObject({ width: 48, height: 48, frameCount: 20, framesPerSecond: 10 });
});

test('interrupting cancels with 130 and leaves nothing behind', async () => {
  const out = join(folder, 'out', 'cancelled.mp4');
  const { child, ended } = start([
    'generate',
    join(folder, 'disc.png'),
    '-m',
    model,
    '--provider',
    'cpu',
    '-p',
    'it jumps',
    '--steps',
    '900',
    '-o',
    out,
    '--json',
  ]);
  child.stdout?.on('data', (chunk) => {
    if (String(chunk).includes('"denoising"')) child.kill('SIGINT');
  });
  expect((await ended).code).toBe(130);
  expect(await readdir(join(folder, 'out'))).toEqual([]);
});

test('says what the model will find hard to see of a subject, and which option helps', async () => {
  const noisy = new Uint8Array(48 * 48 * 4);
  let state = 3;
  for (let i = 0; i < noisy.length; i++) {
    state = (state * 48_271) % 2_147_483_647;
    noisy[i] = i % 4 === 3 ? (Math.hypot(((i >> 2) % 48) - 24, (i >> 2) / 48 - 24) < 18 ? 255 : 0) : 70 + (state % 120);
  }
  const picture = join(folder, 'grainy.png');
  await sharp(noisy, { raw: { width: 48, height: 48, channels: 4 } })
    .png()
    .toFile(picture);
  const run = (name: string, ...more: string[]) =>
    magdiff('generate', picture, '-p', 'x', '-m', model, '--seed', '1', '-o', join(folder, name), ...more);
  const given = await run('given.mp4');
  expect(given.code, given.err).toBe(0);
  expect(given.err).toMatch(/The subject is noisy \(\d+ of 255\).* --denoise helps\./);
  const mended = await run('mended.mp4', '--denoise');
  expect(mended.err).not.toContain('noisy');
});

describe('bad input ends with a sentence and its exit code', () => {
  const run = (...args: string[]) => magdiff(...args.map((arg) => arg.replace('$', folder)), '--json');
  test.each<[string, string[], number, string]>([
    ['no picture', ['generate', '$/none.png', '-p', 'x'], 1, 'file-missing'],
    ['no prompt', ['generate', '$/disc.png'], 2, 'usage'],
    ['an unknown option', ['generate', '$/disc.png', '-p', 'x', '--sparkle'], 2, 'usage'],
    ['an unknown command', ['sparkle'], 2, 'usage'],
    ['an unknown sampler', ['generate', '$/disc.png', '-p', 'x', '--sampler', 'magic'], 2, 'usage'],
    ['a number that is none', ['generate', '$/disc.png', '-p', 'x', '--steps', 'many'], 2, 'usage'],
    ['no transparency and no mask', ['generate', '$/flat.png', '-p', 'x'], 2, 'usage'],
    ['a mask that is missing', ['generate', '$/flat.png', '-p', 'x', '--mask', '$/none.png'], 1, 'file-missing'],
    ['an unknown model', ['generate', '$/disc.png', '-p', 'x', '-m', 'gpt'], 1, 'model-missing'],
    ['a size that does not fit', ['generate', '$/disc.png', '-p', 'x', '-m', '$/tiny', '--width', '33'], 2, 'usage'],
    ['a recipe that is none', ['remake', '$/disc.png'], 1, 'format-damaged'],
    ['a box outside', ['mask', '$/flat.png', '--box', '40,40,30,30'], 2, 'usage'],
    ['a verification of nothing', ['models', 'verify', '$/none'], 1, 'file-missing'],
  ])('%s', async (_what, args, code, errorCode) => {
    const ended = await run(...args);
    expect(ended.code, ended.err + ended.out).toBe(code);
    const error = JSON.parse(ended.out.trim().split('\n').at(-1) ?? '{}');
    expect(error).toMatchObject({ type: 'error', code: errorCode, message: expect.stringMatching(/\w.*/) });
  });

  test('an output that cannot be written', async () => {
    await writeFile(join(folder, 'plain.txt'), 'x');
    const ended = await run(
      'generate',
      '$/disc.png',
      '-p',
      'x',
      '-m',
      '$/tiny',
      '--provider',
      'cpu',
      '--frames',
      '1',
      '-o',
      '$/plain.txt/out.mp4',
    );
    expect(ended.code).toBe(1);
    expect(await readFile(join(folder, 'plain.txt'), 'utf8')).toBe('x');
  });
});

test('inspecting what cannot be used ends with 1, what can with 0', { timeout: 60_000 }, async () => {
  const odd = join(folder, 'odd.safetensors');
  const header = JSON.stringify({ odd: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(odd, Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]));
  expect((await magdiff('models', 'inspect', odd)).code).toBe(1);
  expect((await magdiff('models', 'inspect', model)).code).toBe(0);
});
