import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { readPicture } from '../../media/readPicture.ts';

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
