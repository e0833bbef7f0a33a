import { bestScore, type MeasureName, measureTitles, scoreText } from '../../contract/measures/measures.ts';
import { ablationAlphas } from './ablationPlan.ts';
import { type AblationReport, knownMeasures, type ReportedRow } from './ablationReport.ts';

/** Those that are drawn as maps over both α. */
const mapped = [
  'textAlignment',
  'subjectFidelity',
  'frameConsistency',
  'placeRead',
  'motionRead',
] as const satisfies readonly MeasureName[];

const style = `
:root { color-scheme: light dark; --line: light-dark(#d8dbe1, #2b2e35); --soft: light-dark(#4d535f, #a9afbb); }
body { max-width: 1100px; margin: 32px auto; padding: 0 20px; font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 22px; } h2 { margin-top: 36px; font-size: 17px; }
p, figcaption, small { color: var(--soft); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 12px; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; } th { font-weight: 500; }
.best { font-weight: 700; }
.maps { display: flex; flex-wrap: wrap; gap: 28px; }
.maps td { min-width: 46px; color: #fff; text-align: center; text-shadow: 0 0 3px #000; border: 2px solid transparent; background-clip: padding-box; }
.takes { display: grid; grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)); gap: 10px; }
figure { margin: 0; } .sheet { margin-bottom: 16px; } video { display: block; width: 100%; border-radius: 6px; background: #0c0d0f; } .sheet video { width: auto; max-width: 100%; }
figcaption { font-size: 12px; }
`;

/** Files that a report has beside its takes' clips. */
export const reportFiles = {
  rows: 'rows.mp4',
  alphas: 'alphas.mp4',
  table: 'table.csv',
  figures: 'report.json',
} as const;

/** The report as a page without scripts; `addressOf` says where it finds a file of the report's folder. */
export function ablationPage(report: AblationReport, addressOf: (file: string) => string): string {
  const { model, modelHash, notes, rows, alphas } = report;
  const count = rows[0]?.takes.length ?? 0;
  const link = (file: string, text: string): string =>
    `<a href="${escaped(addressOf(file))}" download="${file}">${text}</a>`;
  const video = (file: string): string =>
    `<video src="${escaped(addressOf(file))}" loop muted autoplay playsinline controls></video>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ablation of ${escaped(model)}</title>
<style>${style}</style>
<h1>Ablation of ${escaped(model)}</h1>
<p>${count === 1 ? '1 take' : `${count} takes`} a row, the same subjects, sentences and seeds in each; the subject as the model draws it. Model ${escaped(modelHash.slice(0, 12))}.</p>
<h2>The three alignments</h2>
${tableOf(rows)}
<p>Bold: the best of its column. ${link(reportFiles.table, 'The table')} and ${link(reportFiles.figures, 'every figure')} as files.</p>
<ul>${notes.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>
<h2>Both α</h2>
<p>Text α down, image α across, times what the model learned.</p>
<div class="maps">${mapped.map((name) => mapOf(alphas, name)).join('')}</div>
<h2>Contact sheets</h2>
<figure class="sheet">${video(reportFiles.rows)}<figcaption>A row of the table in each row, a take in each column.</figcaption></figure>
<figure class="sheet">${video(reportFiles.alphas)}<figcaption>Text α down, image α across, of the first subject and sentence.</figcaption></figure>
${rows.map((row) => takesOf(row, addressOf)).join('\n')}
</html>
`;
}

function tableOf(rows: readonly ReportedRow[]): string {
  const shown = knownMeasures(rows);
  const best = new Map(
    shown.map((name) => [
      name,
      bestScore(
        name,
        rows.map(({ means }) => means[name]),
      ),
    ]),
  );
  const head = shown
    .map((name) => `<th scope="col">${measureTitles[name].title} ${measureTitles[name].unit}</th>`)
    .join('');
  const lines = rows.map(({ name, means }, index) => {
    const cells = shown.map(
      (measure) =>
        `<td${best.get(measure) === index ? ' class="best"' : ''}>${scoreText(measure, means[measure])}</td>`,
    );
    return `<tr><th scope="row">${escaped(name)}</th>${cells.join('')}</tr>`;
  });
  return `<table><tr><th scope="col"></th>${head}</tr>${lines.join('')}</table>`;
}

/** A measure over both α, coloured from its least to its most. */
function mapOf(alphas: readonly (readonly ReportedRow[])[], name: (typeof mapped)[number]): string {
  const values = alphas.flat().flatMap(({ means }) => means[name] ?? []);
  if (values.length === 0) return '';
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const { digits, scale } = measureTitles[name];
  const cell = ({ means }: ReportedRow): string => {
    const value = means[name];
    // What is written alike is coloured alike.
    const share = value === undefined ? 0 : (value - least) / Math.max(10 ** -digits / scale, most - least);
    const colour = `hsl(${Math.round(265 - 120 * share)} 55% ${Math.round(24 + 26 * share)}%)`;
    return `<td style="background-color:${colour}">${scoreText(name, value)}</td>`;
  };
  const head = ablationAlphas.map((value) => `<th scope="col">${value}</th>`).join('');
  const lines = alphas.map(
    (across, row) => `<tr><th scope="row">${ablationAlphas[row]}</th>${across.map(cell).join('')}</tr>`,
  );
  return `<figure><figcaption>${measureTitles[name].title}</figcaption><table><tr><th></th>${head}</tr>${lines.join('')}</table></figure>`;
}

function takesOf({ name, takes }: ReportedRow, addressOf: (file: string) => string): string {
  const figures = takes.map(
    ({ subject, prompt, clip, measured }) =>
      `<figure><video src="${escaped(addressOf(clip))}" loop muted autoplay playsinline></video><figcaption>${escaped(subject)}: ${escaped(prompt)}<br>${mapped
        .filter((measure) => (measured.scores[measure] ?? null) !== null)
        .map(
          (measure) => `${measureTitles[measure].title.split(' ')[0]} ${scoreText(measure, measured.scores[measure])}`,
        )
        .join(', ')}</figcaption></figure>`,
  );
  return `<h2>${escaped(name)}</h2><div class="takes">${figures.join('')}</div>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
