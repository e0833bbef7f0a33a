import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { StudioError } from '../errors/studioError.ts';
import type { HostTensor } from '../math/tensor.ts';
import { largeForm } from '../onnx/dialect.ts';
import { graphCost } from '../onnx/graphCost.ts';
import { RecordingSource } from '../onnx/recordingSource.ts';
import { chooseDevice, type Device } from '../runtime/device.ts';
import { type BuiltGraph, cachedGraph } from '../runtime/graphCache.ts';
import { Session } from '../runtime/session.ts';
import { requireFinite } from '../weights/finiteness.ts';
import { readLayout } from '../weights/layouts.ts';
import { describeModel } from './describeModel.ts';
import { type BuildableNetwork, type ModelNetworks, parseNetworks } from './modelNetworks.ts';
import type { MagDiffModel, ModelDescription, OpenOptions, Part, PartEstimate, UnetShape } from './modelParts.ts';

/**
 * Opens a model: our own folder (magdiff.json) or a diffusers Stable Diffusion folder beside MagDiff.pth or
 * MagDiff.safetensors. Reads descriptions and weight headers only; parts are built and loaded when asked for.
 * A missing or damaged piece, and every weight that is missing, unused or misshapen, is a StudioError naming it.
 */
export async function openModel(folder: string, options: OpenOptions = {}): Promise<MagDiffModel> {
  const layout = await readLayout(folder);
  if (layout.missing.length > 0) {
    throw new StudioError('model-incomplete', `${layout.folder} lacks ${layout.missing.join('; ')}.`, {
      hint: 'Put the missing parts there; `magdiff models inspect` lists what is expected.',
      details: { missing: layout.missing },
    });
  }
  const networks = parseNetworks(layout);
  networks.checkWeights();
  for (const { weights } of layout.parts.values()) {
    if (weights.sizeBytes <= largestCheckedBytes) await requireFinite(weights.label, weights.entries);
  }
  const description = await describeModel(layout, networks);
  const device = await chooseDevice(options);
  return new LoadedModel(description, networks, device, options.cacheFolder);
}

/** Networks up to this are read once on opening, for numbers that are not finite; larger ones would take seconds (inspecting does it). */
const largestCheckedBytes = 2 ** 28;

/** Networks whose file is larger stay in half precision in memory on the CPU: a float32 copy would take seconds to make and treble the memory. */
const largestWidenedBytes = 2 ** 29;

type Weights = 'teacher' | 'student';

class LoadedModel implements MagDiffModel {
  readonly description: ModelDescription;
  readonly warnings: string[];
  readonly #networks: ModelNetworks;
  #device: Device;
  readonly #cacheFolder: string | undefined;
  #hash: Promise<string> | undefined;

  constructor(description: ModelDescription, networks: ModelNetworks, device: Device, cacheFolder: string | undefined) {
    this.description = description;
    this.warnings = [...device.warnings];
    this.#networks = networks;
    this.#device = device;
    this.#cacheFolder = cacheFolder;
  }

  get provider(): string {
    return this.#device.provider;
  }

  modelHash(): Promise<string> {
    this.#hash ??= hashFiles(this.#networks.weightFiles, this.description);
    return this.#hash;
  }

  async loadTextEncoder(shape: { batch: number }): Promise<Part<'tokenIds', 'states'>> {
    return this.#load('text_encoder', shape, this.#networks.textEncoder);
  }

  async loadImageEncoder(shape: { batch: number }): Promise<Part<'pixels', 'tokens'>> {
    return this.#load('image_encoder', shape, this.#networks.imageEncoder);
  }

  async loadResampler(shape: { batch: number }): Promise<Part<'tokens', 'image_tokens'>> {
    return this.#load('resampler', shape, this.#networks.resampler);
  }

  async loadVaeEncoder(shape: {
    batch: number;
    height: number;
    width: number;
  }): Promise<Part<'image', 'mean' | 'logvar'>> {
    return this.#load('vae_encoder', shape, this.#networks.vaeEncoder);
  }

  async loadVaeDecoder(shape: { batch: number; height: number; width: number }): Promise<Part<'latent', 'image'>> {
    return this.#load('vae_decoder', shape, this.#networks.vaeDecoder);
  }

  async loadPreviewDecoder(shape: { batch: number; height: number; width: number }): Promise<Part<'latent', 'image'>> {
    if (!this.#networks.previewDecoder) throw absent('preview decoder', this.description.folder);
    return this.#load('preview_decoder', shape, this.#networks.previewDecoder);
  }

  async loadHfaPyramid(shape: {
    batch: number;
    levels: readonly { height: number; width: number }[];
  }): Promise<Part<string, 'subject'>> {
    if (!this.#networks.hfaPyramid) throw absent('HFA pyramid', this.description.folder);
    return this.#load('hfa_pyramid', shape, this.#networks.hfaPyramid);
  }

  async loadContext(shape: {
    batch: number;
    imageTokens: number;
    weights?: Weights;
  }): Promise<Part<'context', string>> {
    const { weights = 'teacher', ...sizes } = shape;
    return this.#load(`context ${weights}`, sizes, this.#unet(weights).context);
  }

  async loadUnet(shape: UnetShape): Promise<Part<string, string>> {
    const { weights = 'teacher', ...sizes } = shape;
    return this.#load(`unet ${weights}`, sizes, this.#unet(weights).network);
  }

  async estimateUnet(shape: UnetShape): Promise<PartEstimate> {
    const { weights = 'teacher', ...sizes } = shape;
    return graphCost(this.#unet(weights).network.build(sizes, this.#device.dialect, new RecordingSource()));
  }

  async estimateVaeDecoder(shape: { batch: number; height: number; width: number }): Promise<PartEstimate> {
    return graphCost(this.#networks.vaeDecoder.build(shape, this.#device.dialect, new RecordingSource()));
  }

  #unet(weights: Weights): ModelNetworks['teacher'] {
    const networks = weights === 'teacher' ? this.#networks.teacher : this.#networks.student;
    if (!networks) throw absent('few-step student', this.description.folder);
    return networks;
  }

  /** Builds (or fetches) the graph and loads it; a provider that fails is replaced by the CPU, with a warning. */
  async #load<Shape, Inputs extends string, Outputs extends string>(
    label: string,
    shape: Shape,
    network: BuildableNetwork<Shape>,
  ): Promise<Part<Inputs, Outputs>> {
    try {
      return await this.#loadOn(this.#device, label, shape, network);
    } catch (error) {
      if (this.#device.provider === 'cpu' || !(error instanceof StudioError) || error.code !== 'provider-failed')
        throw error;
      this.warnings.push(`${error.message} The CPU takes its place for the rest of this session.`);
      this.#device = await chooseDevice({
        provider: 'cpu',
        ...(this.#device.threads === undefined ? {} : { threads: this.#device.threads }),
      });
      return this.#loadOn(this.#device, label, shape, network);
    }
  }

  async #loadOn<Shape, Inputs extends string, Outputs extends string>(
    device: Device,
    label: string,
    shape: Shape,
    network: BuildableNetwork<Shape>,
  ): Promise<Part<Inputs, Outputs>> {
    const large = network.weights.sizeBytes > largestWidenedBytes;
    const dialect = large ? largeForm(device.dialect) : device.dialect;
    const description = [label, network.config, shape, dialect, network.weights.fingerprint];
    const graph = await cachedGraph(this.#cacheFolder, description, () =>
      network.build(shape, dialect, network.weights),
    );
    const session = await Session.create(graph.model, {
      provider: device.provider,
      label,
      weightsFolder: network.weights.folder,
      widening: device.provider === 'cpu' && large ? 'each-use' : 'once',
      ...(device.threads === undefined ? {} : { threads: device.threads }),
    });
    return new LoadedPart<Inputs, Outputs>(session, graph);
  }
}

class LoadedPart<Inputs extends string, Outputs extends string> implements Part<Inputs, Outputs> {
  readonly outputs: Part<Inputs, Outputs>['outputs'];
  readonly flops: number;
  readonly memory: Part<Inputs, Outputs>['memory'];
  readonly #session: Session;

  constructor(session: Session, graph: BuiltGraph) {
    this.#session = session;
    this.outputs = graph.outputs.map(({ name, shape }) => ({ name, shape }));
    this.flops = graph.flops;
    this.memory = { activationBytes: graph.activationBytes, weightBytes: graph.weightBytes };
  }

  async run(inputs: Readonly<Record<Inputs, HostTensor>>): ReturnType<Part<Inputs, Outputs>['run']> {
    return this.#session.run(inputs);
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}

function absent(what: string, folder: string): StudioError {
  return new StudioError('model-incomplete', `The model in ${folder} has no ${what}.`, {
    hint: 'Choose another model, or do without this option.',
  });
}

const knownHashes = new Map<string, string>();

/** SHA-256 over the content of every weight file, each hashed once per process while its size and time stamp stay. */
async function hashFiles(paths: readonly string[], description: ModelDescription): Promise<string> {
  const { folder: _folder, text, ...facts } = description;
  const { tokenizerFolder: _tokenizer, ...textFacts } = text;
  const hash = createHash('sha256').update(JSON.stringify([facts, textFacts]));
  for (const path of paths) hash.update(await hashFile(path));
  return hash.digest('hex');
}

async function hashFile(path: string): Promise<string> {
  const { size, mtimeMs } = statSync(path);
  const key = `${path}\n${size}\n${mtimeMs}`;
  const known = knownHashes.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 22 })) hash.update(chunk);
  const digest = hash.digest('hex');
  knownHashes.set(key, digest);
  return digest;
}
