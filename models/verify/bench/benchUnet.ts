/** Measures a UNet of a published size on this machine, with random weights: nothing has to be downloaded to know. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { StudioError } from '../../errors/studioError.ts';
import { dialectOf, largeForm } from '../../onnx/dialect.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { encodeModel } from '../../onnx/modelFile.ts';
import { RecordingSource } from '../../onnx/sources/recordingSource.ts';
import { chooseDevice, type Device } from '../../runtime/device.ts';
import { type BuiltGraph, cachedGraph } from '../../runtime/graphCache.ts';
import { type ProviderName, type RuntimeTensor, Session } from '../../runtime/session.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import { readSafetensors } from '../../weights/safetensors.ts';
import type { BenchSubject } from './benchSubject.ts';

/** What was measured, in SI units. Ratios are against bounds for a model of that size on two cores. */
export interface UnetMeasures {
  readonly threads: number;
  /** What it ran on, and the precision of its products there. */
  readonly provider: ProviderName;
  /** Bytes of the context that stayed on the device between steps. */
  readonly heldBytes: number;
  readonly precision: 'float16' | 'float32';
  /** Multiply-adds counted twice, per second, of the 3×3 convolution 320 → 320 over 16 pictures of 32×32. */
  readonly convolutionRate: number;
  /** The same of a whole UNet step, by the builder's own count. */
  readonly stepRate: number;
  readonly stepSeconds: number;
  readonly stepFlops: number;
  /** stepRate / convolutionRate, each step against the convolutions measured around it; bound: the subject's. */
  readonly rateRatio: number;
  /** Most memory this process ever held, in bytes, and the bytes of the weights as float32. */
  readonly residentBytes: number;
  readonly float32Bytes: number;
  /** residentBytes / (1.2 × float32Bytes + 1.5 GiB); bound: at most 1. */
  readonly memoryRatio: number;
  /** Time to a session when the graph is cached, in seconds; bound: at most 3. */
  readonly readySeconds: number;
  /** Time from a moved α to the start of the next step, in seconds; bound: at most 0.05. */
  readonly alphaSeconds: number;
}

/** Where to work and whom to tell. */
export interface BenchOptions {
  /** Folder for the weights (2 to 3 GB while it runs) and the cached graph. */
  readonly folder: string;
  readonly threads?: number;
  /** What to run on, its self-test first; absent: the CPU. */
  readonly provider?: ProviderName;
  /** Steps measured after one to warm up. */
  readonly steps?: number;
  /** Keep the weights for the next time. */
  readonly keepWeights?: boolean;
  readonly onProgress?: (message: string) => void;
}

const gibibyte = 2 ** 30;

/** The device that is asked for, tested. @throws StudioError `provider-unavailable` saying why it is not to be had */
async function deviceOf(
  provider: ProviderName,
  threads: number,
  onProgress: (message: string) => void,
): Promise<Device> {
  if (provider !== 'cpu') onProgress(`Testing the provider ${provider} …`);
  const device = await chooseDevice({ provider, threads });
  if (device.provider !== provider)
    throw new StudioError('provider-unavailable', `The provider ${provider} is not to be had here.`, {
      hint: '`magdiff doctor` says which are, and why others are not.',
      details: { warnings: device.warnings },
    });
  for (const warning of device.warnings) onProgress(warning);
  return device;
}

/** Writes random weights of a published size, runs the UNet and measures. */
export async function benchUnet(subject: BenchSubject, options: BenchOptions): Promise<UnetMeasures> {
  const { folder, onProgress = () => undefined } = options;
  const threads = options.threads ?? cpus().length;
  const device = await deviceOf(options.provider ?? 'cpu', threads, onProgress);
  const dialect = largeForm(device.dialect);
  const paths = Object.keys(subject.files).map((name) => join(folder, name));
  if (!paths.every((path) => existsSync(path))) {
    onProgress(`Writing random weights of ${subject.title} …`);
    await subject.write(folder);
  }
  try {
    const layers = await Promise.all(paths.map(async (path) => ({ index: await readSafetensors(path) })));
    const weights = new KeyedWeights(subject.title, layers);
    const graphOf = (): Promise<BuiltGraph> =>
      cachedGraph(join(folder, 'graphs'), ['bench', subject.facts, dialect, weights.fingerprint], () =>
        subject.build(dialect, weights),
      );
    await graphOf();
    onProgress('Loading …');
    const start = performance.now();
    const graph = await graphOf();
    const session = await Session.create(graph.model, {
      provider: device.provider,
      threads,
      weightsFolder: weights.folder,
      label: 'unet',
      widening: device.provider === 'cpu' ? 'each-use' : 'once',
      holdsValues: device.holdsValues === true,
    });
    const readySeconds = (performance.now() - start) / 1000;
    try {
      const { provider } = device;
      const precision = dialect.half ? ('float16' as const) : ('float32' as const);
      const measured = await measureSteps(session, graph, subject, device, options);
      return { threads, provider, precision, readySeconds, ...measured };
    } finally {
      await session.dispose();
    }
  } finally {
    if (!options.keepWeights) for (const path of paths) await rm(path, { force: true });
  }
}

/** Inputs that differ from step to step. */
const changing: readonly string[] = ['sample', 'timestep', 'alpha_text', 'alpha_image'];

async function measureSteps(
  session: Session,
  graph: BuiltGraph,
  subject: BenchSubject,
  device: Device,
  options: BenchOptions,
): Promise<Omit<UnetMeasures, 'threads' | 'provider' | 'precision' | 'readySeconds'>> {
  const { onProgress = () => undefined, steps = 2 } = options;
  const feeds = feedsOf(subject);
  const constant = Object.keys(feeds).filter((name) => !changing.includes(name));
  const convolutionSpeed = await ConvolutionSpeed.create(device);
  try {
    onProgress('Warming up: the first step reads the weights from the disk …');
    await session.run(feeds, constant);
    const ratios: number[] = [];
    const seconds: number[] = [];
    const rates: number[] = [];
    let before = await convolutionSpeed.measure();
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      await session.run(feeds, constant);
      const elapsed = (performance.now() - start) / 1000;
      const after = await convolutionSpeed.measure();
      seconds.push(elapsed);
      rates.push(before, after);
      ratios.push(graph.flops / elapsed / ((before + after) / 2));
      before = after;
      onProgress(
        `Step ${step + 1} of ${steps}: ${elapsed.toFixed(1)} s, ${(100 * (ratios.at(-1) ?? 0)).toFixed(0)} % of the convolution rate`,
      );
    }
    const residentBytes = process.resourceUsage().maxRSS * 1024;
    const float32Bytes = graph.weightBytes;
    const stepSeconds = median(seconds);
    return {
      heldBytes: session.heldBytes,
      convolutionRate: median(rates),
      stepRate: graph.flops / stepSeconds,
      stepSeconds,
      stepFlops: graph.flops,
      rateRatio: median(ratios),
      residentBytes,
      float32Bytes,
      memoryRatio: residentBytes / (1.2 * float32Bytes + 1.5 * gibibyte),
      alphaSeconds: measureAlpha(feeds),
    };
  } finally {
    await convolutionSpeed.dispose();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [lower = Number.NaN, upper = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return (lower + upper) / 2;
}

/** α are inputs: what a moved slider costs is making two small arrays, with the session as it is. */
function measureAlpha(feeds: Record<string, RuntimeTensor>): number {
  const shape = feeds.alpha_text?.shape ?? [];
  const count = shape.reduce((product, size) => product * size, 1);
  const start = performance.now();
  for (const name of ['alpha_text', 'alpha_image'])
    feeds[name] = { dtype: 'float32', shape, data: new Float32Array(count).fill(0.5) };
  return (performance.now() - start) / 1000;
}

/** A value for every input that the subject's graph declares. */
function feedsOf(subject: BenchSubject): Record<string, RuntimeTensor> {
  const { inputs } = subject.build(dialectOf('plain'), new RecordingSource());
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const wave = (_: unknown, index: number): number => Math.sin(12.9898 * index);
      const data = name === 'timestep' ? Float32Array.of(500) : Float32Array.from({ length: count }, wave);
      return [name, { dtype: 'float32', shape, data }];
    }),
  );
}

/** The yardstick: one 3×3 convolution as the network has them at its highest resolution. */
export class ConvolutionSpeed {
  readonly #session: Session;
  readonly #input: RuntimeTensor;
  static readonly #shape = [16, 320, 32, 32];
  static readonly #flops = 2 * 16 * 320 * 32 * 32 * 320 * 9;

  private constructor(session: Session) {
    const [n = 0, channels = 0, height = 0, width = 0] = ConvolutionSpeed.#shape;
    this.#session = session;
    this.#input = {
      dtype: 'float32',
      shape: ConvolutionSpeed.#shape,
      data: new Float32Array(n * channels * height * width).fill(0.1),
    };
  }

  static async create({
    provider,
    dialect,
    threads,
  }: Pick<Device, 'provider' | 'dialect' | 'threads'>): Promise<ConvolutionSpeed> {
    const b = new GraphBuilder('yardstick', dialect, new RecordingSource());
    const weight = new Float32Array(320 * 320 * 9).map((_, index) => Math.sin(index) * 0.02);
    const x = b.input('x', 'float32', ConvolutionSpeed.#shape);
    b.output('y', convolution(x, b.constant([320, 320, 3, 3], weight), undefined, { pads: [1, 1, 1, 1] }));
    const speed = new ConvolutionSpeed(
      await Session.create(encodeModel(b.finish()), {
        provider,
        label: 'yardstick',
        ...(threads === undefined ? {} : { threads }),
      }),
    );
    await speed.measure();
    return speed;
  }

  /** Multiply-adds counted twice, per second: the median of nine runs. */
  async measure(): Promise<number> {
    const seconds: number[] = [];
    for (let run = 0; run < 9; run++) {
      const start = performance.now();
      await this.#session.run({ x: this.#input });
      seconds.push((performance.now() - start) / 1000);
    }
    return ConvolutionSpeed.#flops / median(seconds);
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}
