import sharp from 'sharp';

/** A cell of a sheet: a picture and the lines written above it. */
export interface SheetCell {
  readonly data: Uint8Array;
  readonly labels: readonly string[];
}

/** Height of a line above a cell, room between cells, in pixels. */
const lineHeight = 15;
const gap = 4;
const ground = { r: 19, g: 20, b: 23, alpha: 1 };

/** Pictures of one size in rows and columns, each under its label, on a dark ground; sides are even, as video wants them. RGBA. */
export async function labelledSheet(
  rows: readonly (readonly SheetCell[])[],
  { width, height }: { width: number; height: number },
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const columns = Math.max(...rows.map((row) => row.length));
  const labelHeight = lineHeight * Math.max(...rows.flat().map(({ labels }) => labels.length));
  const even = (value: number): number => value + (value % 2);
  const sheetWidth = even(columns * (width + gap) + gap);
  const sheetHeight = even(rows.length * (height + labelHeight + gap) + gap);
  const layers = await Promise.all(
    rows.flatMap((row, y) =>
      row.map(async ({ data, labels }, x) => {
        const left = gap + x * (width + gap);
        const top = gap + y * (height + labelHeight + gap);
        const picture = {
          input: Buffer.from(data),
          raw: { width, height, channels: 4 as const },
          left,
          top: top + labelHeight,
        };
        return [...(await textLayers(labels, width, left, top)), picture];
      }),
    ),
  );
  const { data } = await sharp({ create: { width: sheetWidth, height: sheetHeight, channels: 4, background: ground } })
    .composite(layers.flat())
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: sheetWidth,
    height: sheetHeight,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** The lines as layers, made narrower where they are too long; none on a machine without fonts. */
async function textLayers(labels: readonly string[], width: number, left: number, top: number) {
  const layers = labels.map(async (label, line) => {
    const escaped = label.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const text = { text: `<span foreground="#e9ebef">${escaped}</span>`, font: 'sans 8', rgba: true, dpi: 96 } as const;
    try {
      const fitted = { width, height: lineHeight, fit: 'inside', withoutEnlargement: true } as const;
      const input = await sharp({ text }).resize(fitted).png().toBuffer();
      return [{ input, left, top: top + line * lineHeight }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(layers)).flat();
}
