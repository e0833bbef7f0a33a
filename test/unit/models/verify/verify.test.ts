import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { floatTensor } from '../../../../models/math/tensor.ts';
import { relativeError } from '../../../../models/verify/goldenData.ts';
import { verificationText, verifyFolder } from '../../../../models/verify/verify.ts';
import { temporaryFiles } from '../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const golden = join(import.meta.dirname, '../../../golden/data');

/** A copy of a golden folder under a name that says nothing. */
function copyOf(name: string, as: string): string {
  const target = join(folder, as);
  cpSync(join(golden, name), target, { recursive: true });
  return target;
}

test('a folder is told by its files, whatever its name, and reported case by case', async () => {
  const verification = await verifyFolder(copyOf('resampler', 'something'), { dialect: 'plain' });
  expect(verification).toMatchObject({ kind: 'resampler', dialect: 'plain', provider: 'cpu', passed: true });
  expect(verification.cases.map(({ name }) => name)).toEqual(['output']);
  expect(verificationText(verification)).toMatch(/output\s+\d\.\d\de-\d\s+ok\n\s+all 1 within 1e-4/);
});

test('one changed weight is seen, in the number and in the verdict', async () => {
  const target = copyOf('resampler', 'changed');
  const path = join(target, 'resampler.safetensors');
  const bytes = readFileSync(path);
  // The last weight's last element becomes 2.
  bytes.writeUInt16LE(0x4000, bytes.length - 2);
  writeFileSync(path, bytes);
  const verification = await verifyFolder(target);
  expect(verification.passed).toBe(false);
  expect(verification.cases[0].relativeError).toBeGreaterThan(1e-3);
  expect(verificationText(verification)).toMatch(/ABOVE 1e-4\n\s+1 of 1 above the tolerance/);
});

test('what is missing from a folder is said', async () => {
  await expect(verifyFolder(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'file-missing' });
  const target = copyOf('vae', 'partial');
  rmSync(join(target, 'cases.safetensors'));
  await expect(verifyFolder(target)).rejects.toThrow(/cases\.safetensors is missing/);
  rmSync(join(target, 'config.json'));
  await expect(verifyFolder(target)).rejects.toThrow(/config\.json is missing/);
  const other = copyOf('resampler', 'other');
  writeFileSync(join(other, 'config.json'), '{"model_type": "bert"}');
  await expect(verifyFolder(other)).rejects.toThrow(/no network this program knows/);
  const bare = copyOf('pipeline', 'bare');
  await expect(verifyFolder(bare)).rejects.toThrow(/unet.* holds no weights|vae.* holds no weights/);
});

test('the relative error: largest difference over largest value; infinite for other shapes and for what is no number', () => {
  const tensor = (...values: number[]) => floatTensor([values.length], Float32Array.from(values));
  expect(relativeError(tensor(1, -3.5), tensor(1, -4))).toBeCloseTo(0.125, 7);
  expect(relativeError(tensor(1), tensor(1, 2))).toBe(Number.POSITIVE_INFINITY);
  expect(relativeError(tensor(Number.NaN, 2), tensor(1, 2))).toBe(Number.POSITIVE_INFINITY);
  expect(relativeError(undefined, tensor(1))).toBe(Number.POSITIVE_INFINITY);
});
