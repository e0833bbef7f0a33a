import { requireFamily } from '../../../models/families/families.ts';
import { readTensor } from '../../../models/weights/readTensor.ts';
import type { LearnedAlpha } from '../../contract/models/modelView.ts';

const textEnding = '.text_cross_attention_scale';
const imageEnding = '.image_cross_attention_scale';

/** Reads a model folder's learned α from its UNet, whatever the folder's form; null where it has none (a model without APA). */
export async function readLearnedAlpha(modelFolder: string): Promise<LearnedAlpha | null> {
  try {
    const { folder, family } = requireFamily(modelFolder);
    const { parts } = await family.readFiles(folder);
    const weights = new Map(parts.get('unet')?.weights.entries ?? []);
    const scalar = async (key: string): Promise<number> => {
      const tensor = weights.get(key);
      return tensor ? ((await readTensor(tensor))[0] ?? Number.NaN) : Number.NaN;
    };
    const layers: LearnedAlpha['layers'] = [];
    for (const key of weights.keys()) {
      if (!key.endsWith(textEnding)) continue;
      const name = key.slice(0, -textEnding.length);
      layers.push({ name, text: await scalar(key), image: await scalar(`${name}${imageEnding}`) });
    }
    // Down, middle, up: the order of the network is that of its module paths.
    layers.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    const mean = (kind: 'text' | 'image'): number =>
      layers.reduce((sum, layer) => sum + layer[kind], 0) / layers.length;
    const [text, image] = [mean('text'), mean('image')];
    return Number.isFinite(text) && Number.isFinite(image) ? { text, image, layers } : null;
  } catch {
    // The sliders work without it; the run itself says what is wrong with a file.
    return null;
  }
}
