import { expect, test } from 'vitest';
import { StudioError } from '../../../../models/errors/studioError.ts';

test('a StudioError survives the wire with its code, sentence, hint and details', () => {
  const error = new StudioError('mask-empty', 'The mask of frame 3 is empty.', {
    hint: 'Brush the subject.',
    details: { frameIndex: 3 },
  });
  const back = StudioError.fromJSON(JSON.parse(JSON.stringify(error)));
  expect(back).toBeInstanceOf(StudioError);
  expect(back.toJSON()).toEqual(error.toJSON());
});
