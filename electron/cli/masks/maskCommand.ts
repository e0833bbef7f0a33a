import { basename, dirname, extname, join, resolve } from 'node:path';
import { StudioError } from '../../../models/errors/studioError.ts';
import { writeFileAtomic } from '../../../models/files/atomicFile.ts';
import { stopPixelProgram } from '../../media/pixels/pixelProgram.ts';
import { smartSelect } from '../../media/pixels/smartSelect.ts';
import { alphaMask, encodeMaskPng, readPicture } from '../../media/readPicture.ts';
import type { Console } from '../console.ts';
import type { TakeOptionValues } from '../takes/takeOptions.ts';

/** `magdiff mask PICTURE`: a mask from its alpha channel, from a box, or from a scribble (green or white: subject; red: not). */
export async function maskCommand(path: string, values: TakeOptionValues, console: Console): Promise<void> {
  const chosen = [values.alpha, values.box, values.scribble].filter((value) => value !== undefined && value !== false);
  if (chosen.length === 0 || (values.alpha && chosen.length > 1)) {
    throw new StudioError('usage', 'A mask is made from --alpha, or from --box and --scribble.', {
      hint: 'For example --box 40,30,200,220.',
    });
  }
  const picture = await readPicture(path);
  const { width, height } = picture;
  let mask: Uint8Array;
  if (values.alpha) {
    if (!picture.hasAlpha)
      throw new StudioError('mask-empty', `${path} has no transparent part.`, { hint: 'Use --box or --scribble.' });
    mask = alphaMask(picture).data;
  } else {
    const box = typeof values.box === 'string' ? parseBox(values.box, width, height) : undefined;
    const hints =
      typeof values.scribble === 'string'
        ? await readScribble(values.scribble, width, height)
        : new Uint8Array(width * height);
    mask = await smartSelect({ width, height, picture: picture.data, hints, box }).finally(stopPixelProgram);
  }
  const marked = mask.reduce((count, value) => count + (value >= 128 ? 1 : 0), 0);
  if (marked === 0)
    throw new StudioError('mask-empty', 'Nothing was found there.', {
      hint: 'Draw the box closer around the subject, or scribble over it.',
    });
  const out = resolve(
    typeof values.out === 'string' ? values.out : join(dirname(path), `${basename(path, extname(path))}-mask.png`),
  );
  await writeFileAtomic(out, await encodeMaskPng({ width, height, data: mask }));
  const share = (100 * marked) / mask.length;
  console.result(`${out} (${width}×${height}, ${share.toFixed(1)} % of the picture)`, {
    path: out,
    width,
    height,
    share: share / 100,
  });
}

function parseBox(text: string, width: number, height: number) {
  const [x, y, boxWidth, boxHeight, more] = text.split(',').map(Number);
  const numbers = [x, y, boxWidth, boxHeight];
  if (more !== undefined || !numbers.every(Number.isFinite))
    throw new StudioError('usage', `--box takes X,Y,WIDTH,HEIGHT in pixels, not "${text}".`);
  const box = {
    x: Math.round(x ?? 0),
    y: Math.round(y ?? 0),
    width: Math.round(boxWidth ?? 0),
    height: Math.round(boxHeight ?? 0),
  };
  if (
    box.width < 2 ||
    box.height < 2 ||
    box.x < 0 ||
    box.y < 0 ||
    box.x + box.width > width ||
    box.y + box.height > height
  ) {
    throw new StudioError('usage', `The box ${text} does not lie inside the picture of ${width}×${height}.`);
  }
  return box;
}

async function readScribble(path: string, width: number, height: number): Promise<Uint8Array> {
  const scribble = await readPicture(path);
  if (scribble.width !== width || scribble.height !== height) {
    throw new StudioError(
      'mask-mismatch',
      `The scribble is ${scribble.width}×${scribble.height} but the picture ${width}×${height}.`,
      {
        hint: 'Draw the scribble on a copy of the picture’s size.',
      },
    );
  }
  const hints = new Uint8Array(width * height);
  for (let i = 0; i < hints.length; i++) {
    const [red = 0, green = 0, , alpha = 0] = scribble.data.subarray(i * 4, i * 4 + 4);
    if (alpha >= 128 && green >= 128) hints[i] = 1;
    else if (alpha >= 128 && red >= 128) hints[i] = 2;
  }
  return hints;
}
