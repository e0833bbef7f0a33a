import { expect, test } from 'vitest';
import { byteText } from '../../../../renderer/app/models/byteText.ts';
import { shortPlace } from '../../../../renderer/app/models/shortPlace.ts';

test('sizes are in units of a thousand', () => {
  expect([0, 999, 1000, 2088, 98_200_000, 2_130_000_000, 4_270_000_000_000].map(byteText)).toEqual([
    ...['0 B', '999 B', '1.0 kB', '2.1 kB', '98 MB', '2.1 GB', '4.3 TB'],
  ]);
});

test('a place below the home folder begins with ~', () => {
  expect(shortPlace('/home/me/models/a', '/home/me')).toBe('~/models/a');
  expect(shortPlace('C:\\Users\\me\\models', 'C:\\Users\\me')).toBe('~\\models');
  expect(shortPlace('/home/me', '/home/me')).toBe('~');
  expect(shortPlace('/home/melissa/models', '/home/me')).toBe('/home/melissa/models');
});
