import { expect, it } from 'vitest';
import { parseBoundedJson } from '../../../../models/files/boundedJson.ts';

it('reads JSON as JSON.parse does, brackets in texts included', () => {
  const value = { a: [1, 'x"]}[{', { b: null }], '[': '\\"{' };
  expect(parseBoundedJson(JSON.stringify(value), 'it')).toEqual(value);
  expect(() => parseBoundedJson('{"a":', 'it')).toThrow(SyntaxError);
});

it('refuses what is too deep or too much before anything is built of it', () => {
  const nested = '['.repeat(30_000_000);
  const begun = performance.now();
  expect(() => parseBoundedJson(nested, 'The call')).toThrow(/The call is refused/);
  expect(() => parseBoundedJson(`[${'[],'.repeat(20)}[]]`, 'it', { depth: 9, containers: 20 })).toThrow(/too many/);
  expect(performance.now() - begun).toBeLessThan(1000);
});
