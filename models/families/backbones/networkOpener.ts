import type { OpenOptions } from '../../model/model.ts';
import { NetworkLoader } from '../../model/networkLoader.ts';
import { NetworkSet, type PartFiles } from '../../model/networkTable.ts';
import { chooseDevice } from '../../runtime/device.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import type { NetworkOpener } from './backboneFile.ts';

/** Bytes of loaded networks that are kept. */
const keptBytes = 2 ** 30;

/** None of these networks has settings outside its own file. */
const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;

/** Opens networks of a file on the device that the options choose. Its weights are loaded when they are first asked for; dispose it when done. */
export async function networkOpener(
  path: string,
  options: OpenOptions,
): Promise<{ readonly open: NetworkOpener; dispose(): Promise<void> }> {
  const device = await chooseDevice(options);
  const closings: (() => Promise<void>)[] = [];
  const open: NetworkOpener = (table, parts) => {
    const files = new Map<string, PartFiles>(
      [...parts].map(([name, { config, tensors }]) => [
        name,
        { config, configLabel: path, weights: new KeyedWeights(path, [{ index: tensors }]) },
      ]),
    );
    const networks = new NetworkSet(table, 'backbones', files, settings);
    networks.checkWeights();
    const formOf = (_: unknown, { dialect }: typeof device) => ({ dialect, widening: 'once' as const });
    const loader = new NetworkLoader(networks, device, { cacheFolder: options.cacheFolder, keptBytes, formOf });
    closings.push(() => loader.dispose());
    return loader;
  };
  return { open, dispose: async () => void (await Promise.all(closings.map((close) => close()))) };
}
