import type { Model } from '../../model/model.ts';
import { resolveParameters, type TakeParameters } from '../takeParameters.ts';
import type { Mask, Picture } from './picture.ts';
import { pictureTrack } from './pictureTrack.ts';

/**
 * Where a generation's subject is in each frame, on the model's canvas, as its motion planner puts it from the take's sentence and seed;
 * undefined for models that do not plan.
 */
export async function plannedMasks(
  model: Model,
  given: { readonly picture: Picture; readonly mask: Mask },
  wanted: TakeParameters,
): Promise<readonly Mask[] | undefined> {
  if (!model.conditions.planner) return undefined;
  const { frames } = wanted;
  const parameters = resolveParameters(model, { ...wanted, sda: true }, frames);
  const { width, height } = parameters;
  const track = await pictureTrack(model, { ...given, inputsKey: 'planned masks', motion: parameters }, parameters);
  if (track.views !== frames) return undefined;
  const masks: Mask[] = [];
  for await (const { cutOut } of track.read([{ width, height }], false)) {
    const { data } = cutOut(width, height).mask;
    masks.push({
      width,
      height,
      data: Uint8Array.from(data, (share) => Math.round(255 * Math.min(1, Math.max(0, share)))),
    });
  }
  return masks;
}
