import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FollowerFiles } from '../../../../../electron/services/models/followerFiles.ts';
import { writeFollowerFile } from '../../../../fixtures/followerFile.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();

describe('checkpoints that follow', () => {
  it('are found in the models folders and one level below, as soon as they are there and as long', async () => {
    const files = new FollowerFiles([join(folder, 'nowhere'), folder]);
    await writeFile(join(folder, 'notes.pt'), 'no checkpoint');
    await writeFile(join(folder, 'picture.png'), 'no checkpoint either');
    expect(await files.find()).toBeNull();
    const path = join(folder, 'sam', 'sam2.1_hiera_tiny.safetensors');
    await mkdir(join(folder, 'sam'));
    await writeFollowerFile(path);
    expect(await files.find()).toMatchObject({ path, name: 'sam2.1_hiera_tiny.safetensors', variant: 'tiny' });
    await rm(path);
    expect(await files.find()).toBeNull();
  });
});
