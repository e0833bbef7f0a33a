import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { refuseAbsolutePlace } from '../../../../../electron/cli/takes/recipePlace.ts';
import { readTakeFile } from '../../../../../electron/cli/takes/takeFiles.ts';
import { plainSettings } from '../../../../fixtures/projectRecords.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const root = temporaryFiles().folder;
const elsewhere = ['/etc/passwd', '\\\\host\\share\\clip.mp4', '//host/clip.mp4', 'C:\\clip.mp4', 'c:clip.mp4', 'a\0b'];

it('lets a recipe name its files relative to itself alone', () => {
  for (const place of ['clip.mp4', '../pictures/cat.png', 'masks', './100%.mp4'])
    expect(() => refuseAbsolutePlace(place, 'clip.mp4')).not.toThrow();
  for (const place of elsewhere) expect(() => refuseAbsolutePlace(place, 'clip.mp4'), place).toThrow(/outside its own/);
});

it('refuses such a place in a recipe of the first version before anything there is looked at', async () => {
  for (const path of elsewhere) {
    const file = { path, sha256: 'a'.repeat(64) };
    const recipe = join(await mkdtemp(join(root, 'recipe-')), 'take.json');
    await writeFile(
      recipe,
      JSON.stringify({
        format: 'magdiff-take',
        version: 1,
        inputs: { kind: 'edit', clip: file, startSeconds: 0, endSeconds: 1 },
        mask: { kind: 'alpha' },
        settings: { ...plainSettings, task: 'edit' },
        model: { folder: 'm', name: 'm', hash: 'h' },
        provider: 'cpu',
        result: { framesSha256: 'f', frameCount: 1, width: 16, height: 16, frameRate: '8' },
        output: { path: 'x.mp4', format: 'mp4-h264', quality: 'good' },
      }),
    );
    await expect(readTakeFile(recipe), path).rejects.toMatchObject({ code: 'format-hostile' });
  }
});
