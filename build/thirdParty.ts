/**
 * Writes THIRD-PARTY.md: what a packaged studio carries of others, with the licence of each. `--check` writes nothing and ends with 1 where the
 * file is not what it would be, or a package has a licence that is not on the list or no text of it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { carriedPackages, isListed, others, terms } from './licences/carriedPackages.ts';
import { licenceTexts, sourceOffer } from './licences/licenceTexts.ts';

const root = resolve(import.meta.dirname, '..');

function textOf(carried: ReturnType<typeof carriedPackages>): string {
  const rows = carried.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  return [
    '# Third-party software',
    '',
    'What a packaged MagDiff Studio carries of others. Written by `npm run licences`; ffmpeg is not among it: the studio uses yours.',
    '',
    '| what | licence | where |',
    '| --- | --- | --- |',
    ...others.map((row) => `| ${row.join(' | ')} |`),
    '',
    '## What the licences ask',
    '',
    '| licence | asks |',
    '| --- | --- |',
    ...Object.entries(terms).map((row) => `| ${row.join(' | ')} |`),
    '',
    '## Source offer',
    '',
    sourceOffer,
    '',
    '## npm packages',
    '',
    'Their licence texts are in About, and beside the installed program in THIRD-PARTY-LICENCES.txt; those for other systems are listed too.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const carried = carriedPackages();
const unlisted = carried.filter(({ licence }) => !isListed(licence));
for (const { name, licence } of unlisted)
  process.stderr.write(`${name}: the licence "${licence}" is not on the list of build/thirdParty.ts.\n`);
const textless = licenceTexts().flatMap(({ text, packages }) => (text === '' ? packages : []));
for (const name of textless)
  process.stderr.write(`${name}: it carries no licence text, and build/licences/licenceTexts.ts names none.\n`);
const path = join(root, 'THIRD-PARTY.md');
const text = textOf(carried);
const isCheck = process.argv.includes('--check');
const isCurrent = !isCheck || readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text;
if (!isCurrent) process.stderr.write('THIRD-PARTY.md is not current: run "npm run licences".\n');
if (!isCheck) writeFileSync(path, text);
process.exitCode = unlisted.length > 0 || textless.length > 0 || !isCurrent ? 1 : 0;
