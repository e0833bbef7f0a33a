import { StudioError } from '../errors/studioError.ts';
import { type Dialect, largeForm } from '../onnx/dialect.ts';
import { graphCost } from '../onnx/graphCost.ts';
import { RecordingSource } from '../onnx/recordingSource.ts';
import { chooseDevice, type Device } from '../runtime/device.ts';
import { cachedGraph } from '../runtime/graphCache.ts';
import { networkMemory } from '../runtime/memory.ts';
import { Session, type Widening } from '../runtime/session.ts';
import { requireFinite } from '../weights/finiteness.ts';
import { readLayout } from '../weights/layouts.ts';
import { describeModel } from './describeModel.ts';
import { type LoadedGraph, LoadedPart } from './loadedPart.ts';
import { hashModel } from './modelHash.ts';
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
    this.#hash ??= hashModel(this.#networks.weightFiles, this.description);
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

  async loadMotionPlanner(): Promise<Part<'tokenIds' | 'path' | 'timestep' | 'start', 'clean'>> {
    if (!this.#networks.motionPlanner) throw absent('motion planner', this.description.folder);
    return this.#load('motion_planner', {}, this.#networks.motionPlanner);
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
    return this.#estimate(sizes, this.#unet(weights).network);
  }

  async estimateVaeDecoder(shape: { batch: number; height: number; width: number }): Promise<PartEstimate> {
    return this.#estimate(shape, this.#networks.vaeDecoder);
  }

  #estimate<Shape>(shape: Shape, network: BuildableNetwork<Shape>): PartEstimate {
    const { dialect, widening } = formOf(network, this.#device);
    const { weights } = network;
    const cost = graphCost(network.build(shape, dialect, new RecordingSource((key) => weights.has(key))));
    const memory = networkMemory(
      { ...cost, aliveBytes: cost.activationBytes, storedBytes: weights.sizeBytes },
      widening,
    );
    return { flops: cost.flops, parameters: cost.parameters, ...memory };
  }

  #unet(weights: Weights): ModelNetworks['teacher'] {
    const networks = weights === 'teacher' ? this.#networks.teacher : this.#networks.student;
    if (!networks) throw absent('few-step student', this.description.folder);
    return networks;
  }

  /** Builds (or fetches) the graph and loads it; a provider that fails, now or in a run, is replaced by the CPU, with a warning. */
  async #load<Shape, Inputs extends string, Outputs extends string>(
    label: string,
    shape: Shape,
    network: BuildableNetwork<Shape>,
  ): Promise<Part<Inputs, Outputs>> {
    const load = (): Promise<LoadedGraph> => this.#loadOn(this.#device, label, shape, network);
    const fallBack = async (error: unknown): Promise<LoadedGraph> => {
      await this.#leaveProvider(error);
      return load();
    };
    return new LoadedPart<Inputs, Outputs>(await load().catch(fallBack), fallBack);
  }

  /** Moves this model to the CPU where the error is the provider's; throws the error where it is not, or this is the CPU. */
  async #leaveProvider(error: unknown): Promise<void> {
    const { provider, threads } = this.#device;
    const isProviders =
      error instanceof StudioError && (error.code === 'provider-failed' || error.code === 'out-of-memory');
    if (provider === 'cpu' || !isProviders) throw error;
    this.warnings.push(`${error.message} The CPU takes its place for the rest of this session.`);
    this.#device = await chooseDevice({ provider: 'cpu', ...(threads === undefined ? {} : { threads }) });
  }

  async #loadOn<Shape>(
    device: Device,
    label: string,
    shape: Shape,
    network: BuildableNetwork<Shape>,
  ): Promise<LoadedGraph> {
    const { weights } = network;
    const { dialect, widening } = formOf(network, device);
    const description = [label, network.config, shape, dialect, weights.fingerprint];
    const graph = await cachedGraph(this.#cacheFolder, description, () => network.build(shape, dialect, weights));
    const session = await Session.create(graph.model, {
      provider: device.provider,
      label,
      weightsFolder: weights.folder,
      widening,
      ...(device.threads === undefined ? {} : { threads: device.threads }),
    });
    const cost = { parameters: graph.parameters, aliveBytes: graph.activationBytes, storedBytes: weights.sizeBytes };
    return { session, graph, memory: networkMemory(cost, widening) };
  }
}

/** In which operators a network runs on a device, and when its weights become float32: by its size. */
function formOf(
  network: { readonly weights: { readonly sizeBytes: number } },
  device: Device,
): { dialect: Dialect; widening: Widening } {
  const large = network.weights.sizeBytes > largestWidenedBytes;
  return {
    dialect: large ? largeForm(device.dialect) : device.dialect,
    widening: large && device.provider === 'cpu' ? 'each-use' : 'once',
  };
}

function absent(what: string, folder: string): StudioError {
  return new StudioError('model-incomplete', `The model in ${folder} has no ${what}.`, {
    hint: 'Choose another model, or do without this option.',
  });
}
