import type { TitleStyle } from '../contract/timeline/timelineRecords.ts';

/** A face that titles are set in: the package that carries it, its alphabets there and whether it has a bold cut. */
export interface TitleFace {
  readonly package: string;
  readonly alphabets: readonly string[];
  readonly hasBold: boolean;
}

const most = ['latin', 'latin-ext', 'cyrillic', 'greek'] as const;

/** The faces by the names titles know them by. They are carried, so that a title looks the same on every machine. */
export const titleFaces: Readonly<Record<TitleStyle['font'], TitleFace>> = {
  sans: { package: 'inter', alphabets: most, hasBold: true },
  serif: { package: 'lora', alphabets: ['latin', 'latin-ext', 'cyrillic'], hasBold: true },
  mono: { package: 'jetbrains-mono', alphabets: most, hasBold: true },
  display: { package: 'bebas-neue', alphabets: ['latin', 'latin-ext'], hasBold: false },
  hand: { package: 'caveat', alphabets: ['latin', 'latin-ext', 'cyrillic'], hasBold: true },
};

/** A file of a face: the family that it is known by when drawing, and its place among the packages. */
export interface FaceFile {
  readonly family: string;
  readonly weight: number;
  readonly path: string;
}

/** Every file of a face. */
export function faceFiles(font: TitleStyle['font']): FaceFile[] {
  const { package: name, alphabets, hasBold } = titleFaces[font];
  return alphabets.flatMap((alphabet) =>
    (hasBold ? [400, 700] : [400]).map((weight) => ({
      family: familyOf(font, alphabet),
      weight,
      path: `@fontsource/${name}/files/${name}-${alphabet}-${weight}-normal.woff2`,
    })),
  );
}

/** A title's font as a canvas takes it, `pixels` high: one family an alphabet, since each has a file of its own. */
export function fontOf({ font, bold }: Pick<TitleStyle, 'font' | 'bold'>, pixels: number): string {
  const { alphabets, hasBold } = titleFaces[font];
  const families = alphabets.map((alphabet) => `"${familyOf(font, alphabet)}"`);
  return `${bold && hasBold ? 700 : 400} ${pixels}px ${families.join(', ')}, sans-serif`;
}

const familyOf = (font: string, alphabet: string): string => `Title ${font} ${alphabet}`;
