import { expect, it } from 'vitest';
import { FolderGrants } from '../../../../../electron/services/projects/folderGrants.ts';

it('a granted folder is given for its word, once, and for no other', () => {
  const grants = new FolderGrants();
  const word = grants.give('/somewhere');
  expect(grants.give('/elsewhere')).not.toBe(word);
  expect(() => grants.take('made up')).toThrow('not chosen');
  expect(grants.take(word)).toBe('/somewhere');
  expect(() => grants.take(word)).toThrow('not chosen');
});
