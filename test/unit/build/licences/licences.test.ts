import { expect, test } from 'vitest';
import { carriedPackages, isListed } from '../../../../build/licences/carriedPackages.ts';
import { licenceTexts } from '../../../../build/licences/licenceTexts.ts';

test('a licence is on the list where all its parts are, or one of those to choose from', () => {
  expect(['MIT', 'MIT OR GPL-3.0', '(MIT AND BSD-3-Clause)', 'LGPL-3.0-or-later'].map(isListed)).toEqual(
    Array(4).fill(true),
  );
  expect(['GPL-3.0', 'MIT AND GPL-3.0', 'none named', 'toString', ''].map(isListed)).toEqual(Array(5).fill(false));
});

test('every package that is carried has a text; what the LGPL asks for is there whole', () => {
  const texts = licenceTexts();
  expect(texts.filter(({ text }) => text.length < 200)).toEqual([]);
  const named = texts.flatMap(({ packages }) => packages);
  expect(named).toContain(`react ${carriedPackages().find(({ name }) => name === 'react')?.version} (MIT)`);
  const libvips = texts.find(({ packages }) => packages.some((name) => name.startsWith('@img/sharp-libvips')));
  for (const part of ['GNU LESSER GENERAL PUBLIC LICENSE', 'TERMS AND CONDITIONS', 'librsvg'])
    expect(libvips?.text).toContain(part);
});
