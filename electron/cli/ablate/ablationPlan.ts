import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import type { TakeSettings } from '../../contract/takeSettings.ts';
import { readPicture } from '../../media/readPicture.ts';

/** A row of the paper's table: which of the three alignments are on. */
export interface AblationRow {
  readonly name: string;
  readonly sda: boolean;
  readonly apa: boolean;
  readonly hfa: boolean;
}

/** The paper's rows, one alignment after the other, and each of them taken away from the whole. */
export const ablationRows: readonly AblationRow[] = [
  { name: 'base', sda: false, apa: false, hfa: false },
  { name: '+ SDA', sda: true, apa: false, hfa: false },
  { name: '+ SDA + APA', sda: true, apa: true, hfa: false },
  { name: '+ SDA + APA + HFA', sda: true, apa: true, hfa: true },
  { name: 'without SDA', sda: false, apa: true, hfa: true },
  { name: 'without APA', sda: true, apa: false, hfa: true },
  { name: 'without HFA', sda: true, apa: true, hfa: false },
];

/** Values of both α in the second table. */
export const ablationAlphas = [0, 0.5, 1, 2] as const;

/** Settings of a row. The subject is left as the model draws it: its own pixels would hide what is compared. */
export const settingsOfRow = (settings: TakeSettings, { sda, apa, hfa }: AblationRow): TakeSettings => ({
  ...settings,
  sda,
  alpha: { ...settings.alpha, mode: apa ? 'learned' : 'equal' },
  hfa: { ...settings.hfa, enabled: hfa },
  ownPixels: false,
});

/** Settings of a pair of α. */
export const settingsOfAlphas = (settings: TakeSettings, text: number, image: number): TakeSettings => ({
  ...settings,
  alpha: { ...settings.alpha, text, image },
  ownPixels: false,
});

/** A subject to be ablated with. */
export interface AblationSubject {
  readonly name: string;
  readonly picture: string;
  /** Absent: the picture's own transparency. */
  readonly mask: string | undefined;
}

const pictures = /\.(png|webp|jpe?g|avif|tiff?)$/i;

/**
 * The subjects in a folder: pictures with transparency, and pictures with a mask beside them (`cat.jpg` and `cat-mask.png`), by name, the
 * first `most` of them. @throws StudioError where there is none
 */
export async function subjectsIn(folder: string, most: number): Promise<readonly AblationSubject[]> {
  const names = (
    await readdir(folder).catch(() => {
      throw new StudioError('file-missing', `There is no folder ${folder}.`, { hint: 'Check the name.' });
    })
  ).sort();
  const found: AblationSubject[] = [];
  for (const file of names.filter((name) => pictures.test(name) && !/-mask\.[^.]+$/i.test(name))) {
    if (found.length === most) break;
    const name = basename(file, extname(file));
    const picture = join(folder, file);
    const mask = names.find((other) => other.toLowerCase().startsWith(`${name.toLowerCase()}-mask.`));
    if (mask) found.push({ name, picture, mask: join(folder, mask) });
    else if ((await readPicture(picture)).hasAlpha) found.push({ name, picture, mask: undefined });
  }
  if (found.length > 0) return found;
  throw new StudioError('mask-empty', `${folder} holds no subject: no picture with transparency or a mask beside it.`, {
    hint: 'Make masks: magdiff mask cat.jpg --box X,Y,WIDTH,HEIGHT writes cat-mask.png.',
  });
}
