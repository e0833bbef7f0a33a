import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { ablatedMeasures } from '../../contract/grid/ablations.ts';
import { measureTitles } from '../../contract/measures/measures.ts';
import { writeSheet } from '../grids/writeClip.ts';
import { ablationPage, reportFiles } from './ablationPage.ts';
import type { AblationReport, ReportedRow, ReportedTake } from './ablationReport.ts';

/** Where a report's pages lie in its folder: one over the files beside it, and one that holds them all. */
export const pageOf = (folder: string): string => join(folder, 'index.html');
export const wholePageOf = (folder: string): string => join(folder, 'report.html');

/** Types of the files that a whole page holds. */
const types: Readonly<Record<string, string>> = { mp4: 'video/mp4', csv: 'text/csv', json: 'application/json' };

/** Writes a report over its takes' clips: contact sheets, the table, every figure, and both pages. */
export async function writeReport(folder: string, report: AblationReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { rows, alphas } = report;
  const named = ({ name, takes }: ReportedRow): NamedTake[] => takes.map((take) => ({ name, take }));
  await writeTakes(rows.map(named), join(folder, reportFiles.rows));
  const firsts = alphas.map((across) => across.flatMap((row) => named(row).slice(0, 1)));
  await writeTakes(firsts, join(folder, reportFiles.alphas));
  await writeFileAtomic(join(folder, reportFiles.table), tableOf([...rows, ...alphas.flat()]));
  await writeFileAtomic(join(folder, reportFiles.figures), JSON.stringify(withoutPlaces(report), undefined, 1));
  await writeFileAtomic(
    pageOf(folder),
    ablationPage(report, (file) => encodeURI(file)),
  );
  await writeFileAtomic(wholePageOf(folder), await wholePage(folder, report));
}

/** The page with every file it shows in it. */
async function wholePage(folder: string, report: AblationReport): Promise<string> {
  const clips = report.rows.flatMap(({ takes }) => takes.map(({ clip }) => clip));
  const held = new Map<string, string>();
  for (const file of new Set([...Object.values(reportFiles), ...clips])) {
    const bytes = await readFile(join(folder, ...file.split('/')));
    held.set(file, `data:${types[file.split('.').at(-1) ?? ''] ?? ''};base64,${bytes.toString('base64')}`);
  }
  return ablationPage(report, (file) => held.get(file) ?? '');
}

/** A take of a sheet, under the name of its row. */
interface NamedTake {
  readonly name: string;
  readonly take: ReportedTake;
}

/** Takes that play in step, the same subjects below each other. */
async function writeTakes(rows: readonly (readonly NamedTake[])[], out: string): Promise<void> {
  const sheet = rows.map((row) =>
    row.map(({ name, take: { subject, result, measured } }) => ({ ...result, labels: [name, subject], measured })),
  );
  const results = rows.flat().map(({ take }) => take.result);
  const frameCount = Math.min(...results.map((result) => result.frameCount));
  await writeSheet(sheet, { frameCount, frameRate: results[0]?.frameRate ?? '8' }, out);
}

/** What a report's JSON says of it: everything but where things lay while it was made. */
function withoutPlaces(report: AblationReport): unknown {
  const row = ({ name, means, takes }: ReportedRow) => ({
    ...{ name, means },
    takes: takes.map(({ result: { framesFolder: _frames, latentsPath: _latents, ...result }, ...take }) => ({
      ...take,
      result,
    })),
  });
  return { ...report, rows: report.rows.map(row), alphas: report.alphas.map((across) => across.map(row)) };
}

function tableOf(rows: readonly ReportedRow[]): string {
  const header = ['row', 'takes', ...ablatedMeasures.map((name) => measureTitles[name].title)];
  const lines = rows.map(({ name, takes, means }) => [
    `"${name}"`,
    String(takes.length),
    ...ablatedMeasures.map((measure) => String(means[measure] ?? '')),
  ]);
  return `${[header, ...lines].map((line) => line.join(',')).join('\n')}\n`;
}
