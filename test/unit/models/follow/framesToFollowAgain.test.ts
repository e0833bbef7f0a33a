import { expect, test } from 'vitest';
import { framesToFollowAgain } from '../../../../models/follow/framesToFollowAgain.ts';

test.each([
  [[10], 10, 0, 29],
  [[10], 20, 11, 29],
  [[25, 10], 20, 11, 24],
  [[10, 20, 25], 20, 11, 24],
  [[10], 3, 0, 9],
])('keys on %j, one made on %i: frames %i to %i of thirty', (keys, frame, first, last) => {
  expect(framesToFollowAgain(keys, frame, 30)).toEqual({ first, last });
});
