/** Measures the released model's UNet on this machine, with random weights: nothing has to be downloaded to know. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { alphaKeys, buildContext } from '../../nets/unet/contextKeyValues.ts';
import { buildUnet } from '../../nets/unet/unet.ts';
import { crossAttentionLayers } from '../../nets/unet/unetConfig.ts';
import { dialectOf, largeForm } from '../../onnx/dialect.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { convolution } from '../../onnx/linear.ts';
import { encodeModel } from '../../onnx/modelFile.ts';
import { RecordingSource } from '../../onnx/recordingSource.ts';
import { type BuiltGraph, cachedGraph } from '../../runtime/graphCache.ts';
import { type RuntimeTensor, Session } from '../../runtime/session.ts';
import { KeyedWeights } from '../../weights/keyedWeights.ts';
import { readSafetensors } from '../../weights/safetensors.ts';
import { writeRandomWeights } from './randomWeights.ts';
import { releasedShape, releasedUnet } from './released.ts';

/** What was measured, in SI units. Ratios are against bounds for a released-size model on two cores. */
export interface ReleasedMeasures {
  readonly threads: number;
  /** Multiply-adds counted twice, per second, of the 3×3 convolution 320 → 320 over 16 pictures of 32×32. */
  readonly convolutionRate: number;
  /** The same of a whole UNet step, by the builder's own count. */
  readonly stepRate: number;
  readonly stepSeconds: number;
  readonly stepFlops: number;
  /** stepRate / convolutionRate, each step against the convolutions measured around it; bound: at least 0.75. */
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
  /** Folder for the weights (2.3 GB while it runs) and the cached graph. */
  readonly folder: string;
  readonly threads?: number;
  /** Steps measured after one to warm up. */
  readonly steps?: number;
  /** Keep the weights file for the next time. */
  readonly keepWeights?: boolean;
  readonly onProgress?: (message: string) => void;
}

const gibibyte = 2 ** 30;

/** Writes random weights of the released size, runs the UNet (8 frames of 256×256, both guidance branches) and measures. */
export async function benchReleased(options: BenchOptions): Promise<ReleasedMeasures> {
  const { folder, onProgress = () => undefined } = options;
  const threads = options.threads ?? cpus().length;
  const path = join(folder, 'released.safetensors');
  if (!existsSync(path)) {
    onProgress('Writing random weights of the released size …');
    await writeReleasedWeights(path);
  }
  try {
    const weights = new KeyedWeights(path, [{ index: await readSafetensors(path) }]);
    const graphOf = (): Promise<BuiltGraph> =>
      cachedGraph(join(folder, 'graphs'), ['bench', releasedUnet, releasedShape, weights.fingerprint], () =>
        buildUnet(releasedUnet, releasedShape, largeForm(dialectOf('cpu')), weights),
      );
    await graphOf();
    onProgress('Loading …');
    const start = performance.now();
    const graph = await graphOf();
    const session = await Session.create(graph.model, {
      provider: 'cpu',
      threads,
      weightsFolder: weights.folder,
      label: 'unet',
      widening: 'each-use',
    });
    const readySeconds = (performance.now() - start) / 1000;
    try {
      return { threads, readySeconds, ...(await measureSteps(session, graph, threads, options)) };
    } finally {
      await session.dispose();
    }
  } finally {
    if (!options.keepWeights) await rm(path, { force: true });
  }
}

async function writeReleasedWeights(path: string): Promise<void> {
  const declared = new RecordingSource();
  buildUnet(releasedUnet, releasedShape, dialectOf('plain'), declared);
  buildContext(releasedUnet, releasedShape, dialectOf('plain'), declared);
  for (const { name } of crossAttentionLayers(releasedUnet))
    for (const key of Object.values(alphaKeys(name))) declared.find(key, [1]);
  await writeRandomWeights(path, declared.entries);
}

async function measureSteps(
  session: Session,
  graph: BuiltGraph,
  threads: number,
  options: BenchOptions,
): Promise<Omit<ReleasedMeasures, 'threads' | 'readySeconds'>> {
  const { onProgress = () => undefined, steps = 2 } = options;
  const feeds = releasedFeeds();
  const convolutionSpeed = await ConvolutionSpeed.create(threads);
  try {
    onProgress('Warming up: the first step reads the weights from the disk …');
    await session.run(feeds);
    const ratios: number[] = [];
    const seconds: number[] = [];
    const rates: number[] = [];
    let before = await convolutionSpeed.measure();
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      await session.run(feeds);
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
  const layers = crossAttentionLayers(releasedUnet).length;
  const { frames } = releasedShape;
  const start = performance.now();
  for (const name of ['alpha_text', 'alpha_image'])
    feeds[name] = { dtype: 'float32', shape: [layers, frames], data: new Float32Array(layers * frames).fill(0.5) };
  return (performance.now() - start) / 1000;
}

function releasedFeeds(): Record<string, RuntimeTensor> {
  const { batch, frames, height, width, imageTokens } = releasedShape;
  const feeds: Record<string, RuntimeTensor> = {};
  const put = (name: string, shape: readonly number[]): void => {
    const count = shape.reduce((product, size) => product * size, 1);
    feeds[name] = {
      dtype: 'float32',
      shape,
      data: Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * index)),
    };
  };
  put('sample', [batch, releasedUnet.inChannels, frames, height, width]);
  feeds.timestep = { dtype: 'float32', shape: [1], data: Float32Array.of(500) };
  const layers = crossAttentionLayers(releasedUnet);
  for (const name of ['alpha_text', 'alpha_image']) put(name, [layers.length, frames]);
  for (const { name, channels } of layers) {
    for (const kind of ['key', 'value']) {
      put(`${name}.text_${kind}`, [batch, releasedUnet.textTokens, channels]);
      put(`${name}.image_${kind}`, [batch, imageTokens, channels]);
    }
  }
  return feeds;
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

  static async create(threads: number): Promise<ConvolutionSpeed> {
    const b = new GraphBuilder('yardstick', dialectOf('cpu'), new RecordingSource());
    const weight = new Float32Array(320 * 320 * 9).map((_, index) => Math.sin(index) * 0.02);
    const x = b.input('x', 'float32', ConvolutionSpeed.#shape);
    b.output('y', convolution(x, b.constant([320, 320, 3, 3], weight), undefined, { pads: [1, 1, 1, 1] }));
    const speed = new ConvolutionSpeed(
      await Session.create(encodeModel(b.finish()), { provider: 'cpu', threads, label: 'yardstick' }),
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
