import { StudioError } from '../../errors/studioError.ts';
import type { MeasureReaders } from '../../measure/readers.ts';
import type { OpenOptions } from '../../model/model.ts';
import { type BackboneFile, type NetworkOpener, readBackbone } from './backboneFile.ts';
import { openClip } from './clipReader.ts';
import { networkOpener } from './networkOpener.ts';
import { openDino, openInception, openInflated, openResidual } from './otherReaders.ts';

/** A backbone's readers. */
export interface Backbone extends MeasureReaders {
  dispose(): Promise<void>;
}

/**
 * Opens a file, or a folder of one, that measures are read with: CLIP, DINO and DINOv2, Inception v3, I3D or R3D-18, where it lies. Reads
 * its header; weights are loaded when they are first asked for. Dispose it when done.
 * @throws StudioError naming the file, what it is and what would do
 */
export async function openBackbone(path: string, options: OpenOptions = {}): Promise<Backbone> {
  const file = await readBackbone(path);
  const { open, dispose } = await networkOpener(file.path, options);
  return { ...openReaders(file, open), dispose };
}

function openReaders(file: BackboneFile, open: NetworkOpener): MeasureReaders {
  const { role, variant, what } = file.recognition;
  if (role === 'image-encoder') return openClip(file, open);
  if (role === 'backbone' && variant === 'dino') return { subjects: openDino(file, open) };
  if (role === 'backbone' && variant === 'i3d') return { clips: openInflated(file, open) };
  if (role === 'backbone' && variant === 'r3d') return { clips: openResidual(file, open) };
  if (role === 'backbone' && variant === 'inception') return { classes: openInception(file, open) };
  throw new StudioError('model-mismatch', `${file.path} is ${what}, and no network that takes are measured with.`, {
    hint: 'Those are CLIP, DINO, DINOv2, I3D, R3D-18 and Inception v3.',
  });
}
