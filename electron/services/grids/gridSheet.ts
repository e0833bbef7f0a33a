import {
  bestScore,
  type MeasuredTake,
  measureNames,
  measureTitles,
  scoreNumber,
  scoreText,
} from '../../contract/measures/measures.ts';
import { frameFileOf } from '../../engine/frameFiles.ts';
import { labelledSheet } from '../../media/labelledSheet.ts';
import { encodePng, encodeSpriteSheet, readPicture } from '../../media/readPicture.ts';
import { scaledPicture } from '../../media/stillPicture.ts';

/** A made cell for a sheet. */
export interface SheetTake {
  readonly labels: readonly string[];
  readonly framesFolder: string;
  readonly width: number;
  readonly height: number;
  readonly measured?: MeasuredTake | null;
}

/** The same frame of every cell under its labels, with figures where there are any. Cells of other sizes are brought to the first one's. */
export async function sheetFrame(
  rows: readonly (readonly SheetTake[])[],
  frame: number,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const [first] = rows.flat();
  const { width, height } = first ?? { width: 2, height: 2 };
  const figures = figureLines(rows.flat());
  const columns = rows[0]?.length ?? 0;
  const pictures = rows.map((row, y) =>
    Promise.all(
      row.map(async ({ labels, framesFolder, ...size }, x) => {
        const path = frameFileOf(framesFolder, frame);
        const isSame = size.width === width && size.height === height;
        const data = isSame ? undefined : await scaledPicture(path, width, height);
        return {
          labels: [...labels, ...(figures[y * columns + x] ?? [])],
          data: data ?? (await readPicture(path)).data,
        };
      }),
    ),
  );
  return labelledSheet(await Promise.all(pictures), { width, height });
}

/** The figures of each cell in one line, the best of each measure marked; none where nothing was measured. */
function figureLines(takes: readonly SheetTake[]): readonly (readonly string[])[] {
  const shown = ['textAlignment', 'subjectFidelity', 'frameConsistency'] as const;
  const short = { textAlignment: 'text', subjectFidelity: 'subject', frameConsistency: 'frames' } as const;
  if (!takes.some(({ measured }) => measured)) return [];
  const best = shown.map((name) =>
    bestScore(
      name,
      takes.map(({ measured }) => measured?.scores[name]),
    ),
  );
  return takes.map(({ measured }, index) => [
    shown
      .filter((name) => measured && scoreNumber(measured.scores[name]) !== undefined)
      .map(
        (name) =>
          `${short[name]} ${scoreText(name, measured?.scores[name])}${best[shown.indexOf(name)] === index ? '★' : ''}`,
      )
      .join('  '),
  ]);
}

/** A cell of a table. */
export interface TableTake {
  readonly labels: readonly string[];
  readonly framesSha256: string;
  readonly seconds: number;
  readonly recipe: string;
  readonly measured?: MeasuredTake | null;
}

/** The cells as comma-separated values: labels, hash, time, recipe, and every figure that was measured. */
export function gridTable(takes: readonly TableTake[]): string {
  const names = measureNames.filter((name) => takes.some(({ measured }) => (measured?.scores[name] ?? null) !== null));
  const header = ['x', 'y', 'frames SHA-256', 'seconds', 'recipe', ...names.map((name) => measureTitles[name].title)];
  const lines = takes.map(({ labels: [column = '', row = ''], framesSha256, seconds, recipe, measured }) => [
    ...[column, row, framesSha256, seconds.toFixed(2), recipe],
    ...names.map((name) => String(measured?.scores[name] ?? '')),
  ]);
  return `${[header, ...lines].map((line) => line.map(quoted).join(',')).join('\n')}\n`;
}

/** A value of a table; a sheet's program must not take it for a formula. */
const quoted = (value: string): string =>
  /[",\n]/.test(value) || /^[=+@]/.test(value) ? `"${value.replaceAll('"', '""').replace(/^([=+@])/, "'$1")}"` : value;

/** The middle frame of a grid as a PNG. */
export const sheetPicture = async (rows: readonly (readonly SheetTake[])[], frameCount: number): Promise<Buffer> =>
  encodePng(await sheetFrame(rows, Math.floor(frameCount / 2)));

/** Longest side of a cell's pictures on the page, in pixels, and most frames of it. */
const largestSide = 480;
const mostFrames = 128;

/** A cell's frames as one picture to be played. */
export async function cellSheet(framesFolder: string, size: { width: number; height: number; frameCount: number }) {
  const scale = Math.min(1, largestSide / Math.max(size.width, size.height));
  const [width, height] = [Math.max(1, Math.round(size.width * scale)), Math.max(1, Math.round(size.height * scale))];
  const count = Math.min(size.frameCount, mostFrames);
  const pictures: { width: number; height: number; data: Uint8Array }[] = [];
  for (let frame = 0; frame < count; frame++) {
    const path = frameFileOf(framesFolder, frame);
    const data = (await scaledPicture(path, width, height)) ?? (await readPicture(path)).data;
    pictures.push({ width, height, data });
  }
  return encodeSpriteSheet(pictures, Math.ceil(Math.sqrt(count)));
}
