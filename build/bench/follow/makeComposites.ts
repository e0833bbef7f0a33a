/**
 * Writes composites with known masks as folders of pictures, for any follower: `NAME/frames/0000.png` onwards and `NAME/masks/0000.png`
 * onwards. Run: tsx build/bench/follow/makeComposites.ts OUT [FOLDER]; FOLDER holds the material (`videos`, `photos`, `subjects`);
 * without it subjects and places are drawn.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodeMaskPng } from '../../../electron/media/readPicture.ts';
import { drawnComposites } from './drawnComposites.ts';
import { filmedComposites } from './filmedComposites.ts';

const [out, material] = process.argv.slice(2);
if (out === undefined) throw new Error('Say where to write: tsx build/bench/follow/makeComposites.ts OUT [FOLDER]');
for await (const clip of material === undefined ? drawnComposites() : filmedComposites(material)) {
  const folder = join(out, clip.name.replaceAll(/[^\w]+/g, '-'));
  for (const part of ['frames', 'masks']) await mkdir(join(folder, part), { recursive: true });
  const { width, height } = clip;
  for (let index = 0; index < clip.frameCount; index++) {
    const name = `${String(index).padStart(4, '0')}.png`;
    const raw = { width, height, channels: 4 } as const;
    await sharp(await clip.frame(index), { raw })
      .removeAlpha()
      .png({ compressionLevel: 3 })
      .toFile(join(folder, 'frames', name));
    await writeFile(join(folder, 'masks', name), await encodeMaskPng({ width, height, data: await clip.mask(index) }));
  }
  await clip.close();
  process.stdout.write(`${folder}\n`);
}
