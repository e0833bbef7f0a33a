import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');

/** Licences under which something may be carried, and what they ask of whoever passes it on. */
export const terms: Readonly<Record<string, string>> = {
  MIT: 'keep the notice',
  ISC: 'keep the notice',
  '0BSD': 'nothing',
  'BSD-2-Clause': 'keep the notice',
  'BSD-3-Clause': 'keep the notice',
  'Apache-2.0': 'keep the notice and the NOTICE file',
  'CC0-1.0': 'nothing',
  'OFL-1.1': 'keep the notice, do not sell the faces by themselves',
  'CC-BY-4.0': 'name the authors',
  'LGPL-3.0-or-later': 'keep the notice, offer the source, let the library be replaced',
};

/** Packages whose description names no licence; read in the licence file they carry. */
const readByHand: Readonly<Record<string, string>> = { async: 'MIT' };

/** What is carried that is no npm package. */
export const others = [
  [
    'Electron, with Chromium and Node',
    'MIT and others',
    'Its texts lie in the program’s folder: LICENSE.electron.txt, LICENSES.chromium.html',
  ],
  ['ONNX Runtime', 'MIT', 'Its native library, in onnxruntime-node'],
  ['Skia', 'BSD-3-Clause', 'Inside the native library of @napi-rs/canvas-*; its sources and licence: skia.org'],
  [
    'libvips and what it is built with',
    'LGPL-3.0-or-later and others',
    'A library of its own in @img/sharp-libvips-*, which can be replaced; its sources: github.com/lovell/sharp-libvips, offered as below',
  ],
  [
    'The bundled model',
    'MIT',
    'Trained for this project; its data and their licences: models/bundled/magdiff-small/CARD.md',
  ],
];

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({ version: z.string().optional(), license: z.string().optional(), dev: z.boolean().optional() }),
  ),
});

/** A package that is carried. */
export interface Carried {
  name: string;
  /** Its folder, relative to the root; packages for other systems are not there. */
  folder: string;
  version: string;
  licence: string;
}

/** Every package that is needed at run time, by name; those for other systems included. */
export function carriedPackages(): Carried[] {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path, { version = '', license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return { name, folder: path, version, licence: license ?? readByHand[name] ?? 'none named' };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Whether all parts of a licence, or one of those to choose from, are on the list. */
export function isListed(licence: string): boolean {
  const plain = licence.replace(/[()]/g, '');
  return plain.includes(' OR ')
    ? plain.split(' OR ').some(isListed)
    : plain.split(' AND ').every((part) => Object.hasOwn(terms, part.trim()));
}
