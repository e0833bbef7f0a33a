/** Golden cases of single networks: inputs and expected results in cases.safetensors. */
import { StudioError } from '../errors/studioError.ts';
import { type FloatTensor, floatTensor, type HostTensor, int64Tensor } from '../math/tensor.ts';
import { buildAutoencoderDecoder, buildAutoencoderEncoder, parseAutoencoderConfig } from '../nets/autoencoder.ts';
import { buildClipText, parseClipTextConfig } from '../nets/clip/clipText.ts';
import { buildClipVision, parseClipVisionConfig } from '../nets/clip/clipVision.ts';
import { buildHfaPyramid, parseHfaPyramidConfig } from '../nets/hfaPyramid.ts';
import { buildResampler, parseResamplerConfig } from '../nets/resampler.ts';
import { buildTinyDecoder, parseTinyDecoderConfig } from '../nets/tinyDecoder.ts';
import { alphaKeys, buildContext } from '../nets/unet/contextKeyValues.ts';
import { buildUnet } from '../nets/unet/unet.ts';
import { crossAttentionLayers, parseUnetConfig } from '../nets/unet/unetConfig.ts';
import type { Graph } from '../onnx/graphBuilder.ts';
import type { Device } from '../runtime/device.ts';
import { runOnce } from '../runtime/runOnce.ts';
import type { KeyedWeights } from '../weights/keyedWeights.ts';
import { readTensor } from '../weights/readTensor.ts';
import type { TensorIndex } from '../weights/storedTensor.ts';

/** Networks a golden folder may be for. */
export type NetworkKind =
  | 'unet'
  | 'autoencoder'
  | 'tiny decoder'
  | 'resampler'
  | 'clip text'
  | 'clip vision'
  | 'hfa pyramid';

/** How each kind is told: by its configuration's own words and the endings of its cases' names. */
export const networkKinds: readonly {
  readonly kind: NetworkKind;
  readonly accepts: (config: Readonly<Record<string, unknown>>, endings: ReadonlySet<string>) => boolean;
}[] = [
  {
    kind: 'tiny decoder',
    accepts: (config) => config._class_name === 'AutoencoderTiny' || 'decoder_block_out_channels' in config,
  },
  { kind: 'autoencoder', accepts: (_, endings) => endings.has('mean') || endings.has('decoded') },
  { kind: 'unet', accepts: (_, endings) => endings.has('sample') && endings.has('encoder_hidden_states') },
  { kind: 'resampler', accepts: (config) => 'num_queries' in config },
  { kind: 'clip text', accepts: (_, endings) => endings.has('input_ids') },
  { kind: 'clip vision', accepts: (_, endings) => endings.has('pixel_values') },
  { kind: 'hfa pyramid', accepts: (config) => 'hidden_channels' in config && 'levels' in config },
];

/** A golden folder of one network. */
export interface NetworkFolder {
  readonly folder: string;
  readonly config: unknown;
  readonly weights: KeyedWeights;
  readonly cases: TensorIndex;
  readonly device: Device;
}

/** A compared result, before a tolerance is put to it. */
export interface ComparedResult {
  readonly name: string;
  readonly relativeError: number;
}

/** Runs every case of a network's golden folder. */
export async function verifyNetwork(kind: NetworkKind, folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const runners: Readonly<Record<NetworkKind, (folder: NetworkFolder) => Promise<readonly ComparedResult[]>>> = {
    unet: verifyUnet,
    autoencoder: verifyAutoencoder,
    'tiny decoder': verifyTinyDecoder,
    resampler: verifyResampler,
    'clip text': verifyClipText,
    'clip vision': verifyClipVision,
    'hfa pyramid': verifyHfaPyramid,
  };
  return runners[kind](folder);
}

/** max|ours − golden| / max|golden|; infinite where shapes or finiteness differ. */
export function relativeError(ours: FloatTensor | undefined, golden: FloatTensor): number {
  if (!ours || ours.data.length !== golden.data.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let index = 0; index < golden.data.length; index++) {
    const delta = Math.abs(ours.data[index] - golden.data[index]);
    if (Number.isNaN(delta)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, delta);
    largest = Math.max(largest, Math.abs(golden.data[index]));
  }
  return largest === 0 ? difference : difference / largest;
}

/** The tensor of that name as float32; a missing one is an error naming it. */
export async function goldenTensor(cases: TensorIndex, name: string): Promise<FloatTensor> {
  const tensor = cases.get(name);
  if (!tensor) throw new StudioError('format-damaged', `The golden cases lack the tensor ${name}.`);
  return floatTensor(tensor.shape, await readTensor(tensor));
}

/** Names before the first dot, in the file's order; the empty name where cases are not named. */
function caseNames(cases: TensorIndex): readonly string[] {
  return [...new Set([...cases.keys()].map((key) => (key.includes('.') ? key.slice(0, key.indexOf('.') + 1) : '')))];
}

/** Feeds a graph once and compares the results named. */
async function compare(
  { device, weights }: NetworkFolder,
  graph: Graph,
  inputs: Readonly<Record<string, HostTensor>>,
  expected: Readonly<Record<string, { name: string; golden: FloatTensor }>>,
): Promise<readonly ComparedResult[]> {
  const results = await runOnce(device, graph, weights.folder, inputs);
  return Object.entries(expected).map(([output, { name, golden }]) => ({
    name,
    relativeError: relativeError(results[output], golden),
  }));
}

async function verifyUnet(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const { cases, device, weights } = folder;
  const config = parseUnetConfig(folder.config, `${folder.folder}/config.json`);
  const layers = crossAttentionLayers(config);
  const alphas = async (kind: 'text' | 'image'): Promise<FloatTensor> => {
    const values = await Promise.all(
      layers.map(async ({ name }) => (await goldenWeight(weights, alphaKeys(name)[kind])).data[0] ?? 0),
    );
    return floatTensor([layers.length], Float32Array.from(values));
  };
  const alpha = { alpha_text: await alphas('text'), alpha_image: await alphas('image') };
  const results: ComparedResult[] = [];
  for (const name of caseNames(cases)) {
    const sample = await goldenTensor(cases, `${name}sample`);
    const context = await goldenTensor(cases, `${name}encoder_hidden_states`);
    const [batch = 0, , frames = 0, height = 0, width = 0] = sample.shape;
    const imageTokens = (context.shape[1] ?? 0) - config.textTokens;
    const keysAndValues = await runOnce(
      device,
      buildContext(config, { batch, imageTokens }, device.dialect, weights),
      weights.folder,
      { context },
    );
    const graph = buildUnet(config, { batch, frames, height, width, imageTokens }, device.dialect, weights);
    const inputs = {
      sample,
      timestep: floatTensor([1], (await goldenTensor(cases, `${name}timestep`)).data.slice(0, 1)),
      ...alpha,
      ...keysAndValues,
    };
    results.push(
      ...(await compare(folder, graph, inputs, {
        prediction: { name: `${name}output`, golden: await goldenTensor(cases, `${name}output`) },
      })),
    );
  }
  return results;
}

async function goldenWeight(weights: KeyedWeights, key: string): Promise<FloatTensor> {
  const tensor = weights.tensor(key);
  if (!tensor) throw new StudioError('model-incomplete', `${weights.label} lacks ${key}.`);
  return floatTensor(tensor.shape, await readTensor(tensor));
}

async function verifyAutoencoder(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const { cases, device, weights } = folder;
  const config = parseAutoencoderConfig(folder.config, `${folder.folder}/config.json`);
  const results: ComparedResult[] = [];
  if (cases.has('image')) {
    const image = await goldenTensor(cases, 'image');
    const [batch = 0, , height = 0, width = 0] = image.shape;
    const expected = {
      mean: { name: 'mean', golden: await goldenTensor(cases, 'mean') },
      logvar: { name: 'logvar', golden: await goldenTensor(cases, 'logvar') },
    };
    results.push(
      ...(await compare(
        folder,
        buildAutoencoderEncoder(config, { batch, height, width }, device.dialect, weights),
        { image },
        expected,
      )),
    );
  }
  if (cases.has('latent')) {
    const latent = await goldenTensor(cases, 'latent');
    const [batch = 0, , height = 0, width = 0] = latent.shape;
    const expected = { image: { name: 'decoded', golden: await goldenTensor(cases, 'decoded') } };
    results.push(
      ...(await compare(
        folder,
        buildAutoencoderDecoder(config, { batch, height, width }, device.dialect, weights),
        { latent },
        expected,
      )),
    );
  }
  return results;
}

async function verifyTinyDecoder(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const config = parseTinyDecoderConfig(folder.config, `${folder.folder}/config.json`);
  const latent = await goldenTensor(folder.cases, 'latent');
  const [batch = 0, , height = 0, width = 0] = latent.shape;
  const graph = buildTinyDecoder(config, { batch, height, width }, folder.device.dialect, folder.weights);
  return compare(
    folder,
    graph,
    { latent },
    { image: { name: 'decoded', golden: await goldenTensor(folder.cases, 'decoded') } },
  );
}

async function verifyResampler(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const config = parseResamplerConfig(folder.config, `${folder.folder}/config.json`);
  const tokens = await goldenTensor(folder.cases, 'image_tokens');
  const [batch = 0, count = 0] = tokens.shape;
  const graph = buildResampler(config, { batch, tokens: count }, folder.device.dialect, folder.weights);
  return compare(
    folder,
    graph,
    { tokens },
    { image_tokens: { name: 'output', golden: await goldenTensor(folder.cases, 'output') } },
  );
}

const isPenultimate = (config: unknown): boolean =>
  typeof config === 'object' && config !== null && 'hidden_layer' in config && config.hidden_layer === 'penultimate';

async function verifyClipText(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const config = parseClipTextConfig(folder.config, `${folder.folder}/config.json`);
  const ids = await goldenTensor(folder.cases, 'input_ids');
  const hiddenLayer = isPenultimate(folder.config) ? 'penultimate' : 'last';
  const graph = buildClipText(config, { batch: ids.shape[0] ?? 0, hiddenLayer }, folder.device.dialect, folder.weights);
  return compare(
    folder,
    graph,
    { tokenIds: int64Tensor(ids.shape, [...ids.data]) },
    { states: { name: 'states', golden: await goldenTensor(folder.cases, 'states') } },
  );
}

async function verifyClipVision(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const naming = folder.weights.has('visual.conv1.weight') ? 'open-clip' : 'transformers';
  const config = parseClipVisionConfig(folder.config, `${folder.folder}/config.json`, naming);
  const pixels = await goldenTensor(folder.cases, 'pixel_values');
  const results: ComparedResult[] = [];
  for (const hiddenLayer of ['last', 'penultimate'] as const) {
    if (!folder.cases.has(hiddenLayer)) continue;
    const graph = buildClipVision(
      config,
      { batch: pixels.shape[0] ?? 0, hiddenLayer },
      folder.device.dialect,
      folder.weights,
    );
    results.push(
      ...(await compare(
        folder,
        graph,
        { pixels },
        { tokens: { name: hiddenLayer, golden: await goldenTensor(folder.cases, hiddenLayer) } },
      )),
    );
  }
  return results;
}

async function verifyHfaPyramid(folder: NetworkFolder): Promise<readonly ComparedResult[]> {
  const config = parseHfaPyramidConfig(folder.config, `${folder.folder}/config.json`);
  const results: ComparedResult[] = [];
  for (const name of caseNames(folder.cases)) {
    const inputs: Record<string, FloatTensor> = {};
    for (let level = 0; level < config.levels; level++)
      inputs[`level_${level}`] = await goldenTensor(folder.cases, `${name}level_${level}`);
    const levels = Object.values(inputs).map(({ shape }) => ({ height: shape[2] ?? 0, width: shape[3] ?? 0 }));
    const batch = Object.values(inputs)[0]?.shape[0] ?? 0;
    const graph = buildHfaPyramid(config, { batch, levels }, folder.device.dialect, folder.weights);
    results.push(
      ...(await compare(folder, graph, inputs, {
        subject: { name: `${name}output`, golden: await goldenTensor(folder.cases, `${name}output`) },
      })),
    );
  }
  return results;
}
