import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recogniseFile } from '../../../../models/recognise/recogniseFile.ts';
import { floatTensorPickle, tablePickle, torchFile } from '../../../fixtures/models/torchFiles.ts';
import { type Keys, writeHollow } from '../../../fixtures/models/weightCorpus/hollowFile.ts';
import { weightCorpus } from '../../../fixtures/models/weightCorpus.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const { folder, write } = temporaryFiles();

describe('every file is called what it is', () => {
  test(`${weightCorpus.length} files, enough of them`, () => {
    expect(weightCorpus.length).toBeGreaterThanOrEqual(60);
    expect(new Set(weightCorpus.map(({ name }) => name)).size).toBe(weightCorpus.length);
  });

  test.each(weightCorpus)('$name', async (file) => {
    const found = await recogniseFile(writeHollow(join(folder, 'corpus'), file));
    expect(found.what).toMatch(file.says);
    expect(found).toMatchObject({ role: file.role, usable: file.usable });
    if (!found.usable && found.role !== 'unknown') expect(found.needs).toMatch(/\.$/);
  });
});

test('a torch file is told by its keys as well', async () => {
  const found = await recogniseFile(
    write('word.pt', torchFile(tablePickle('string_to_param.*', floatTensorPickle({})))),
  );
  expect(found.role).toBe('unknown');
});

test('where many files have one name, the repository or the folder tells', async () => {
  const lora = weightCorpus.find(({ name }) => name === 'style kohya.safetensors');
  if (!lora) throw new Error('the corpus has no LoRA');
  const cached = 'hub/models--latent-consistency--lcm-lora-sdv1-5/snapshots/0f/pytorch_lora_weights.safetensors';
  for (const name of [cached, 'Hyper-SD15 4steps/pytorch_lora_weights.safetensors'])
    expect((await recogniseFile(writeHollow(folder, { ...lora, name }))).recipe?.steps).toBe(4);
});

describe('files that cannot be read say why and what to do', () => {
  const whole = weightCorpus[0];
  test.each([
    ['empty.safetensors', Buffer.alloc(0), /is empty\. Fetch it again/],
    ['page.safetensors', Buffer.from('<!DOCTYPE html><html>no</html>'), /web page/],
    ['pointer.ckpt', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /pointer/],
    ['model.gguf', Buffer.from('GGUF\u0003\0\0\0aaaaaaaaaaaa'), /GGUF/],
    ['old.ckpt', Buffer.from([0x80, 2, 0x8a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), /before 2020/],
    ['nested.safetensors', nested(), /nests brackets deeper/],
    ['text.ckpt', Buffer.from('hello, this is text and nothing else'), /neither a safetensors file nor a torch zip/],
  ] as const)('%s', async (name, bytes, says) => {
    const found = await recogniseFile(write(name, bytes));
    expect(found.role).toBe('damaged');
    expect(found.needs).toMatch(says);
  });

  test('a download that stopped half way', async () => {
    const path = writeHollow(folder, { ...(whole as NonNullable<typeof whole>), name: 'half.safetensors' });
    const { truncateSync, statSync } = await import('node:fs');
    truncateSync(path, Math.floor(statSync(path).size / 2));
    expect(await recogniseFile(path)).toMatchObject({
      role: 'damaged',
      needs: expect.stringMatching(/ends at byte .*fetch it again/i),
    });
  });

  test('a file that vanished', async () => {
    expect(await recogniseFile(join(folder, 'gone ü.safetensors'))).toMatchObject({ role: 'damaged' });
  });
});

function nested(): Buffer {
  const json = Buffer.from(`{"a":${'['.repeat(1_000_000)}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

test('500 files of real key counts take at most 5 seconds', async () => {
  const keys: Record<string, readonly number[]> = {};
  for (let index = 0; index < 1100; index++)
    keys[`model.diffusion_model.input_blocks.9.1.transformer_blocks.0.part_${index}.weight`] = [320, 320];
  const heavy: Keys = { ...keys, ...weightCorpus[0]?.keys };
  const places = Array.from({ length: 20 }, (_, index) =>
    writeHollow(join(folder, 'many'), { name: `${index}.safetensors`, keys: heavy }),
  );
  // Of this process's own time: what other programs take of the machine is not measured.
  const start = process.cpuUsage();
  for (let index = 0; index < 500; index++)
    expect((await recogniseFile(places[index % 20] ?? '')).role).toBe('checkpoint');
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(5);
});
