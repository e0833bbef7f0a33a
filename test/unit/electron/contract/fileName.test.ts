import { expect, it } from 'vitest';
import { fileName } from '../../../../electron/contract/fileName.ts';

it('takes names that every system takes, and no others', () => {
  const good = ['Take 1', 'naïve café', '100 % sure', '%05d', '.5 seconds'.slice(1), '日本語', 'con artist', 'a.b'];
  for (const name of good) expect(fileName.safeParse(name).success, name).toBe(true);
  const bad = ['', 'a\0b', 'a\nb', 'a\u007fb', '\ud800', '.', '..', '.hidden', 'end.', 'end ', 'a/b', 'a\\b', 'a:b'];
  for (const name of [...bad, 'con', 'NUL.txt', 'x'.repeat(121), '日'.repeat(100)])
    expect(fileName.safeParse(name).success, JSON.stringify(name)).toBe(false);
});
