import { useMemo, useSyncExternalStore } from 'react';
import { mapOf, type TakeAttention, wordsLookedAt } from '../../project/attention.ts';
import { useProject } from '../../project/hooks.ts';
import type { ShownPicture, ShownResult } from '../useShownResult.ts';

/** The result's picture with the map that is looked at laid over it; as it is where none is. */
export function useHeat({ picture, take, frame }: ShownResult): ShownPicture | undefined {
  const { attention } = useProject();
  const state = useSyncExternalStore(attention.state.subscribe, () => attention.state.state);
  const { isOn, maps, level, group } = state;
  const words = wordsLookedAt(state).join();
  const image = picture?.image;
  const { x, y, width, height } = picture?.crop ?? nowhere;
  const shown = isOn && maps && maps.takeId === take?.id ? maps : undefined;
  const heat = useMemo(
    () =>
      image && shown
        ? heated({ image, crop: { x, y, width, height } }, shown, {
            level,
            group,
            words: words.split(',').map(Number),
            frame,
          })
        : undefined,
    [image, x, y, width, height, shown, level, group, words, frame],
  );
  return heat ?? picture;
}

const nowhere = { x: 0, y: 0, width: 0, height: 0 };

/** Draws the picture dimmed and the map over it. */
function heated(
  { image, crop }: ShownPicture,
  maps: TakeAttention,
  { frame, ...at }: { level: number; group: number; words: readonly number[]; frame: number },
): ShownPicture | undefined {
  const { width, height } = crop;
  const [canvas, heat] = [document.createElement('canvas'), document.createElement('canvas')];
  Object.assign(canvas, { width, height });
  Object.assign(heat, { width: maps.width, height: maps.height });
  const [context, small] = [canvas.getContext('2d'), heat.getContext('2d')];
  if (!context || !small) return undefined;
  const pixels = small.createImageData(maps.width, maps.height);
  const start = Math.min(maps.frames - 1, frame) * maps.height * maps.width;
  const map = mapOf(maps, at).bytes.subarray(start, start + maps.height * maps.width);
  for (const [place, value] of map.entries()) pixels.data.set(colourOf(value), 4 * place);
  small.putImageData(pixels, 0, 0);
  context.drawImage(image, crop.x, crop.y, width, height, 0, 0, width, height);
  context.fillStyle = 'rgb(0 0 0 / 35%)';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(heat, 0, 0, width, height);
  return { image: canvas, crop: { x: 0, y: 0, width, height } };
}

/** From nothing over violet and orange to yellow, as RGBA. */
function colourOf(value: number): readonly [number, number, number, number] {
  const share = value / 255;
  const red = Math.min(1, 0.35 + 1.2 * share);
  const green = Math.max(0, 1.6 * share - 0.6);
  const blue = Math.max(0, 0.6 - 0.9 * share);
  return [255 * red, 255 * green, 255 * blue, 225 * share ** 0.8];
}
