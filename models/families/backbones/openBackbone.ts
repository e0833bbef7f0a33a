import { StudioError } from '../../errors/studioError.ts';
import type { MeasureReaders } from '../../measure/readers.ts';
import type { OpenOptions } from '../../model/model.ts';
import { NetworkLoader } from '../../model/networkLoader.ts';
import { NetworkSet, type PartFiles } from '../../model/networkTable.ts';
import { chooseDevice } from '../../runtime/device.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import { type BackboneFile, type NetworkOpener, readBackbone } from './backboneFile.ts';
import { openClip } from './clipReader.ts';
import { openDino, openInception, openInflated, openResidual } from './otherReaders.ts';

/** A backbone's readers. */
export interface Backbone extends MeasureReaders {
  dispose(): Promise<void>;
}

/** Bytes of loaded networks that are kept. */
const keptBytes = 2 ** 30;

/** None of their networks has settings outside its own file. */
const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;

/**
 * Opens a file, or a folder of one, that measures are read with: CLIP, DINO and DINOv2, Inception v3, I3D or R3D-18, where it lies. Reads
 * its header; weights are loaded when they are first asked for. Dispose it when done.
 * @throws StudioError naming the file, what it is and what would do
 */
export async function openBackbone(path: string, options: OpenOptions = {}): Promise<Backbone> {
  const file = await readBackbone(path);
  const device = await chooseDevice(options);
  const closings: (() => Promise<void>)[] = [];
  const open: NetworkOpener = (table, parts) => {
    const files = new Map<string, PartFiles>(
      [...parts].map(([name, { config, tensors }]) => [
        name,
        { config, configLabel: file.path, weights: new KeyedWeights(file.path, [{ index: tensors }]) },
      ]),
    );
    const networks = new NetworkSet(table, 'backbones', files, settings);
    networks.checkWeights();
    const formOf = (_: unknown, { dialect }: typeof device) => ({ dialect, widening: 'once' as const });
    const loader = new NetworkLoader(networks, device, { cacheFolder: options.cacheFolder, keptBytes, formOf });
    closings.push(() => loader.dispose());
    return loader;
  };
  const dispose = async (): Promise<void> => void (await Promise.all(closings.map((close) => close())));
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
