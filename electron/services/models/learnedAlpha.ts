import { requireFamily } from '../../../models/families/families.ts';
import { readTensor } from '../../../models/weights/readTensor.ts';

/** The learned weights of text and picture, averaged over a model's cross-attention layers. */
export interface LearnedAlpha {
  text: number;
  image: number;
}

/** Reads a model folder's learned α from its UNet, whatever the folder's form; null where it has none (a model without APA). */
export async function readLearnedAlpha(modelFolder: string): Promise<LearnedAlpha | null> {
  try {
    const { folder, family } = requireFamily(modelFolder);
    const { parts } = await family.readFiles(folder);
    const weights = [...(parts.get('unet')?.weights.entries ?? [])];
    const mean = async (ending: string): Promise<number> => {
      const scalars = weights.filter(([key]) => key.endsWith(ending)).map(([, tensor]) => tensor);
      let sum = 0;
      for (const scalar of scalars) sum += (await readTensor(scalar))[0] ?? 0;
      return sum / scalars.length;
    };
    const text = await mean('.text_cross_attention_scale');
    const image = await mean('.image_cross_attention_scale');
    return Number.isFinite(text) && Number.isFinite(image) ? { text, image } : null;
  } catch {
    // The sliders work without it; the run itself says what is wrong with a file.
    return null;
  }
}
