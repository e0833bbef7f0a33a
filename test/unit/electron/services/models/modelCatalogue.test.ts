import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ModelCatalogue } from '../../../../../electron/services/models/modelCatalogue.ts';
import { readSet, writeSet } from '../../../../../models/families/sd15/setFile.ts';
import { writeReleasedModel } from '../../../../fixtures/models/releasedModel.ts';
import { writeTinyModel } from '../../../../fixtures/models/tinyModel.ts';
import { writeTinySet } from '../../../../fixtures/models/tinySet.ts';
import { temporaryFiles } from '../../../../fixtures/temporaryFiles.ts';

const { folder } = temporaryFiles();
const shipped = join(folder, 'shipped');
const users = join(folder, 'users');

beforeAll(async () => {
  await writeTinyModel(join(shipped, 'tiny'));
  await writeReleasedModel(join(shipped, 'tiny'), join(users, 'released'));
  cpSync(join(shipped, 'tiny'), join(users, 'tiny'), { recursive: true });
  cpSync(join(shipped, 'tiny'), join(users, 'future'), { recursive: true });
  writeFileSync(join(users, 'future', 'magdiff.json'), '{"format":"magdiff-folder","version":9}');
  mkdirSync(join(users, 'pictures'));
  writeFileSync(join(users, 'notes.txt'), 'not a model');
});

it('offers models of both forms, whatever else lies beside them, and of two with a name the first', async () => {
  const catalogue = new ModelCatalogue([shipped, users, join(folder, 'nowhere')]);
  const models = await catalogue.list();
  expect(models.map(({ id, title, frames, studentSteps }) => ({ id, title, frames, studentSteps }))).toEqual([
    { id: 'tiny', title: 'Tiny random model', frames: [1, 4], studentSteps: 2 },
    { id: 'released', title: 'MagDiff on Stable Diffusion 2.1', frames: [8, 16], studentSteps: null },
  ]);
  // The same weights, so the same α, out of a safetensors file and out of a pickle.
  expect(models[0]?.learnedAlpha).toMatchObject({ text: expect.any(Number), image: expect.any(Number) });
  expect(models[0]?.learnedAlpha?.layers.map(({ name }) => name.split('.')[0])).toEqual(
    [...(models[0]?.learnedAlpha?.layers ?? [])].map(({ name }) => name.split('.')[0]).sort(),
  );
  expect(models[0]?.learnedAlpha?.layers.length).toBeGreaterThan(1);
  expect(models[1]?.learnedAlpha).toEqual(models[0]?.learnedAlpha);
  expect(await catalogue.folderOf('tiny')).toBe(join(shipped, 'tiny'));
  expect(await catalogue.get('released')).toMatchObject({
    steps: 50,
    guidance: { text: 7.5, image: 1 },
    plansMotion: false,
  });
  await expect(catalogue.get('future')).rejects.toMatchObject({ code: 'model-missing' });
});

it('offers sets of loose files, with the sampler, steps and guidance they were made for', async () => {
  const kept = join(folder, 'sets');
  await writeTinySet(join(kept, 'klein'));
  await writeSet(join(kept, 'schnell'), {
    ...(await readSet(join(kept, 'klein'))),
    base: join(kept, 'klein', 'base ü'),
    name: 'Schnell',
    recipe: { sampler: 'lcm', steps: 6, guidance: 1.5 },
  });
  const models = await new ModelCatalogue([kept]).list();
  expect(
    models.map(({ id, title, sampler, steps, learnedAlpha, loras }) => ({
      ...{ id, title, sampler, steps, learnedAlpha },
      loras,
    })),
  ).toEqual([
    {
      id: 'klein',
      title: 'Tiny',
      sampler: null,
      steps: 25,
      learnedAlpha: null,
      loras: [{ name: 'style', weight: 0.5 }],
    },
    {
      id: 'schnell',
      title: 'Schnell',
      sampler: 'lcm',
      steps: 6,
      learnedAlpha: null,
      loras: [{ name: 'style', weight: 0.5 }],
    },
  ]);
});
