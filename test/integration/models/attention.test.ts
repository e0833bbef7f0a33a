import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeOfLastWord } from '../../../build/bench/attention.ts';
import { openModel } from '../../../models/families/openModel.ts';
import type { Model } from '../../../models/model/model.ts';

let model: Model;

beforeAll(async () => {
  model = await openModel(join(resolve(import.meta.dirname, '../../..'), 'models/bundled/magdiff-small'), {
    provider: 'cpu',
  });
});
afterAll(() => model.dispose());

test.each(['it spins in the snow', 'it moves left in the desert'])(
  'while the place is decided, the last word of “%s” is looked at outside the subject',
  async (prompt) => {
    const { whileDecided } = await placeOfLastWord(model, prompt, 23);
    expect(whileDecided).toBeGreaterThan(1.1);
  },
);
