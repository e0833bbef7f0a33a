import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { readPack, writePack } from '../../../../../electron/services/projects/store/packFile.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const content = Buffer.from('a picture’s bytes '.repeat(10_000));
const id = createHash('sha256').update(content).digest('hex');
const root = temporaryFiles().folder;
const temporaryFolder = (): Promise<string> => mkdtemp(join(root, 'pack-'));
let folder: string;
let out: string;
let packed: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  out = join(folder, 'out');
  packed = join(folder, 'packed.magdiff');
  await mkdir(out);
  await writeFile(join(folder, 'project.json'), '{"records":[]}');
  await writeFile(join(folder, 'asset'), content);
});

const entries = () => [
  { name: 'project.json', path: join(folder, 'project.json') },
  { name: `assets/${id}`, path: join(folder, 'asset') },
];

/** An archive as a stranger might make it. */
async function archive(fill: (tar: ReturnType<typeof pack>) => void): Promise<string> {
  const tar = pack();
  fill(tar);
  tar.finalize();
  // tar-stream's streams are read like Node's own.
  await writeFile(packed, await buffer(tar as AsyncIterable<Uint8Array>));
  return packed;
}

describe('a packed project', () => {
  it('comes out as it went in, and is the same file when nothing changed', async () => {
    await writePack(packed, entries());
    const first = await readFile(packed);
    await writePack(packed, entries());
    expect((await readFile(packed)).equals(first)).toBe(true);
    await readPack(packed, out);
    expect(await readFile(join(out, 'project.json'), 'utf8')).toBe('{"records":[]}');
    expect((await readFile(join(out, 'assets', id.slice(0, 2), id))).equals(content)).toBe(true);
  });

  it('that ends too early, or was changed on its way, is damaged', async () => {
    await writePack(packed, entries());
    const whole = await readFile(packed);
    await truncate(packed, whole.length - 4096);
    await expect(readPack(packed, out)).rejects.toMatchObject({ code: 'format-damaged' });
    whole[20_000] = (whole[20_000] ?? 0) ^ 1;
    await writeFile(packed, whole);
    await expect(readPack(packed, await temporaryFolder())).rejects.toMatchObject({ code: 'format-damaged' });
  });

  it('is refused with a link, a second of a name, or a path in it, however that is written', async () => {
    for (const fill of [
      (tar: ReturnType<typeof pack>) => tar.entry({ name: 'project.json', type: 'symlink', linkname: '/etc/passwd' }),
      (tar: ReturnType<typeof pack>) => tar.entry({ name: `assets/${'../'.repeat(60)}escape` }, 'x'),
      (tar: ReturnType<typeof pack>) => {
        tar.entry({ name: 'project.json' }, '{}');
        tar.entry({ name: 'project.json' }, '{}');
      },
    ])
      await expect(readPack(await archive(fill), await temporaryFolder())).rejects.toMatchObject({
        code: 'format-hostile',
      });
    expect(await readdir(folder)).not.toContain('escape');
  });

  it('without a project in it, or that is no archive at all, is not one', async () => {
    await archive((tar) => tar.entry({ name: `assets/${id}` }, content));
    await expect(readPack(packed, out)).rejects.toMatchObject({ code: 'format-unknown' });
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(5000, 7)]) {
      await writeFile(packed, bytes);
      await expect(readPack(packed, out)).rejects.toMatchObject({ code: 'format-unknown' });
    }
  });

  it('is not written where one of its files is gone', async () => {
    const gone = [...entries(), { name: `assets/${'b'.repeat(64)}`, path: join(folder, 'gone') }];
    await expect(writePack(packed, gone)).rejects.toMatchObject({ name: 'StudioError' });
  });
});
