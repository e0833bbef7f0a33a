import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTinyModel } from '../../fixtures/models/tinyModel.ts';
import { plainPicture } from '../server/standIns.ts';

const root = resolve(import.meta.dirname, '../../..');
const backbones = join(root, 'test/golden/measures');
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magdiff-measure-'));
  await writeTinyModel(at('tiny'));
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    await mkdir(at(name));
    for (let frame = 0; frame < 3; frame++)
      await writeFile(at(`${name}/${frame}.png`), await plainPicture(32, 32, [40 * frame, 80 * index, 200]));
  }
  await writeFile(at('subject.png'), await plainPicture(32, 32, [200, 80, 40]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Line {
  readonly type: string;
  readonly message?: string;
  readonly hint?: string;
  readonly scores?: Record<string, number | string | null>;
  readonly readers?: Record<string, { comparable: boolean }>;
  readonly frechetVideoDistance?: number;
  readonly inceptionScore?: number | null;
}

async function measure(...args: string[]): Promise<Line[]> {
  const all = ['measure', ...args, '--no-search', '-m', at('tiny'), '--json'];
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'electron/cli/magdiff.ts'), ...all], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  for await (const chunk of child.stdout) out += chunk;
  const lines = out.trim().split('\n');
  return lines.map((line): Line => JSON.parse(line));
}

test('without a backbone the model’s own encoders read, and it is said that figures are not papers’', async () => {
  const lines = await measure(at('a'), '--prompt', 'it jumps', '--subject', at('subject.png'));
  const measured = lines.find(({ scores }) => scores);
  expect(measured?.scores).toMatchObject({ keptPsnr: null, borderRatio: null });
  expect(Number(measured?.scores?.flicker)).toBeCloseTo(40 / 3, 2);
  for (const name of ['frameConsistency', 'textAlignment', 'subjectFidelity']) {
    expect(measured?.scores?.[name]).toEqual(expect.any(Number));
    expect(measured?.readers?.[name]?.comparable).toBe(false);
  }
  expect(lines.filter(({ type }) => type === 'missing')).toHaveLength(3);
});

test('backbones are read where they lie; sets of clips have a distance and a score', async () => {
  const named = ['dino', 'r3d', 'inception'].flatMap((name) => ['--backbone', join(backbones, name)]);
  const lines = await measure(
    at('a'),
    at('b'),
    '--subject',
    at('subject.png'),
    ...named,
    '--against',
    at('c'),
    '--no-own',
  );
  expect(lines.at(-1)).toMatchObject({ type: 'error', message: expect.stringContaining('at least two clips') });
  const measured = lines.filter(({ scores }) => scores);
  expect(measured).toHaveLength(2);
  expect(measured[0]?.readers).toMatchObject({ subjectFidelity: { comparable: true } });
  expect(measured[0]?.scores?.textAlignment).toBeNull();
});

test('a file that is no backbone is refused by name', async () => {
  const [error] = await measure(at('a'), '--backbone', join(root, 'test/golden/data/vae'));
  expect(error?.message).toContain('no network that takes are measured with');
});
