/** Golden cases of single networks: inputs and expected results in cases.safetensors. */
import type { HostTensor } from '../math/tensor.ts';
import type { NetworkTable } from '../model/networkTable.ts';
import type { GoldenFolder, Network } from '../nets/network.ts';
import type { Device } from '../runtime/device.ts';
import { runOnce } from '../runtime/runOnce.ts';
import type { KeyedWeights } from '../weights/keyedWeights.ts';
import type { TensorIndex } from '../weights/storedTensor.ts';
import { type ComparedResult, goldenTensor, relativeError, wholeTensor } from './goldenData.ts';

/** A golden folder of networks that share one configuration and one weight file. */
export interface NetworkFolder {
  readonly folder: string;
  readonly config: unknown;
  readonly weights: KeyedWeights;
  readonly cases: TensorIndex;
  readonly device: Device;
}

/** Golden data is computed with the towers' last layers unless a case says otherwise. */
const settings = { text: { hiddenLayer: 'last' }, image: { hiddenLayer: 'last' } } as const;

/** The kinds of network that a folder's configuration and cases are for, by their titles; each kind once. */
export function networksFor(
  table: NetworkTable,
  config: unknown,
  cases: TensorIndex,
): ReadonlyMap<string, Network<unknown, unknown>> {
  const fields: Record<string, unknown> = typeof config === 'object' && config !== null ? { ...config } : {};
  const endings = new Set([...cases.keys()].map((key) => key.split('.').at(-1) ?? key));
  const found = new Map<string, Network<unknown, unknown>>();
  for (const { network, title } of Object.values(table)) {
    const known = [...found.values()].includes(network);
    if (!known && network.golden?.accepts(fields, endings)) found.set(title, network);
  }
  return found;
}

/** Runs every case of a golden folder through a network and compares. */
export async function verifyNetwork(
  network: Network<unknown, unknown>,
  { folder, config: json, weights, cases, device }: NetworkFolder,
): Promise<readonly ComparedResult[]> {
  const config = network.parse(json, `${folder}/config.json`, settings);
  const run = <Config, Shape>(
    kind: Network<Config, Shape>,
    kindConfig: Config,
    shape: Shape,
    inputs: Readonly<Record<string, HostTensor>>,
  ) => runOnce(device, kind.build(kindConfig, shape, device.dialect, weights), weights.folder, inputs);
  const golden: GoldenFolder = {
    json,
    caseNames: [
      ...new Set([...cases.keys()].map((key) => (key.includes('.') ? key.slice(0, key.indexOf('.') + 1) : ''))),
    ],
    has: (name) => cases.has(name),
    hasWeight: (key) => weights.has(key),
    tensor: (name) => goldenTensor(cases, name),
    weight: (key) => wholeTensor(weights.tensor(key), `${weights.label} lacks ${key}.`),
    run,
  };
  const results: ComparedResult[] = [];
  for (const test of (await network.golden?.cases(golden, config)) ?? []) {
    const outputs = await run(network, test.config ?? config, test.shape, test.inputs);
    for (const [output, name] of Object.entries(test.expected))
      results.push({ name, relativeError: relativeError(outputs[output], await golden.tensor(name)) });
  }
  return results;
}
