import { attention } from '../onnx/attention.ts';
import { type Dialect, dialectOf } from '../onnx/dialect.ts';
import { geglu, silu } from '../onnx/elementwise.ts';
import { GraphBuilder, type Tensor } from '../onnx/graphBuilder.ts';
import { convolution, linear } from '../onnx/linear.ts';
import { encodeModel } from '../onnx/modelFile.ts';
import { groupNorm } from '../onnx/normalization.ts';
import { sizeOf } from '../onnx/types.ts';
import { testHolding } from './holdingTest.ts';
import { type ProviderName, Session } from './session.ts';

/** What a self-test found out. */
export interface SelfTestResult {
  /** Whether the provider computes the plain operators right. */
  readonly works: boolean;
  /** The dialect without the fused forms that failed. */
  readonly dialect: Dialect;
  /** Whether constant inputs can stay on the device between runs. */
  readonly holdsValues: boolean;
  /** One sentence per failure. */
  readonly findings: readonly string[];
}

/** Largest relative difference from the CPU that counts as right; half precision inside a device stays below it. */
const tolerance = 2e-3;

/** The same where the graph itself is in half precision. */
const halfTolerance = 2e-2;

type Form = 'fusedAttention' | 'fusedSigmoidProduct' | 'fusedGroupNorm' | 'fusedGeglu';

/** A small network and the shapes of what it is fed. */
interface Trial {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (inputs: readonly Tensor[]) => Tensor;
}

/** One small network per fused form, of sizes at which wrong kernels have been seen. */
const trials: Readonly<Record<Form, Trial & { what: string }>> = {
  fusedAttention: {
    what: 'attention',
    shapes: [
      [2, 64, 128],
      [2, 77, 128],
      [2, 77, 128],
    ],
    build: ([q, k, v]) => (q && k && v ? attention(q, k, v, { heads: 2 }) : unreachable()),
  },
  fusedSigmoidProduct: {
    what: 'sigmoid product',
    shapes: [[2, 96, 64]],
    build: ([x]) => (x ? silu(x) : unreachable()),
  },
  fusedGroupNorm: {
    what: 'group norm',
    shapes: [[2, 320, 4, 8, 8], [320], [320]],
    build: ([x, weight, bias]) =>
      x && weight && bias
        ? groupNorm(x, weight, bias, { groups: 32, epsilon: 1e-5, activation: 'silu' })
        : unreachable(),
  },
  fusedGeglu: {
    what: 'GEGLU',
    shapes: [[2, 64, 2560], [2560]],
    build: ([x, bias]) => (x ? geglu(x, bias) : unreachable()),
  },
};

/** A convolution and a linear layer. */
const products: Trial = {
  // Nine input channels, as an inpainting model has them: a number at which wrong kernels have been seen.
  shapes: [[1, 9, 16, 16], [32, 9, 3, 3], [32], [64, 32]],
  build: ([x, kernel, bias, weight]) =>
    x && kernel && bias && weight
      ? linear(convolution(x, kernel, bias, { pads: [1, 1, 1, 1] }), widen(weight))
      : unreachable(),
};

/**
 * Compares a provider with the CPU: first plain operators, then each fused form of the dialect by itself, then all in half precision. Then, whether
 * values that stay on the device are read as they were sent.
 */
export async function runSelfTest(provider: ProviderName, dialect: Dialect): Promise<SelfTestResult> {
  const findings: string[] = [];
  const plain = { ...dialectOf('plain'), paddedChannels: dialect.paddedChannels };
  try {
    const difference = await compare(provider, products.shapes, plain, products.build);
    if (difference > tolerance) {
      findings.push(
        `The provider ${provider} computes convolutions wrong (relative difference ${difference.toExponential(1)}).`,
      );
      return { works: false, dialect, holdsValues: false, findings };
    }
  } catch (error) {
    findings.push(
      `The provider ${provider} does not run here (${error instanceof Error ? error.message : String(error)}).`,
    );
    return { works: false, dialect, holdsValues: false, findings };
  }
  let tested = dialect;
  for (const form of Object.keys(trials)) {
    if (!isForm(form) || !dialect[form]) continue;
    const reason = await failure(provider, trials[form], { ...plain, [form]: true });
    if (reason === undefined) continue;
    findings.push(
      `The provider ${provider} ${reason} in its fused ${trials[form].what}; the plain form is used instead.`,
    );
    tested = { ...tested, [form]: false };
  }
  if (tested.half) tested = await testedInHalf(provider, tested, findings);
  const holding = await testHolding(provider);
  if (holding === 'wrong')
    findings.push(`The provider ${provider} does not keep values between runs; they are sent with each.`);
  return { works: true, dialect: tested, holdsValues: holding === 'right', findings };
}

/** The dialect without the fused forms that half precision does not have; in float32 where not even the plain ones are right. Adds to the findings. */
async function testedInHalf(provider: ProviderName, dialect: Dialect, findings: string[]): Promise<Dialect> {
  let tested = dialect;
  for (const [form, trial] of [['', products] as const, ...Object.entries(trials)]) {
    let reason = await failure(provider, trial, tested, halfTolerance);
    if (reason !== undefined && isForm(form) && tested[form]) {
      tested = { ...tested, [form]: false };
      reason = await failure(provider, trial, tested, halfTolerance);
    }
    if (reason === undefined) continue;
    findings.push(`The provider ${provider} ${reason} in half precision; float32 is used instead.`);
    return { ...dialect, half: false };
  }
  return tested;
}

/** (64, 32) to the (64, 16) that fits the last axis of the convolution's result. */
function widen(weight: Tensor): Tensor {
  return weight.builder.node(
    'Slice',
    [weight, weight.builder.integers([0]), weight.builder.integers([16]), weight.builder.integers([1])],
    [{ dtype: 'float32', shape: [64, 16] }],
  )[0];
}

const isForm = (name: string): name is Form => name in trials;

function unreachable(): never {
  throw new Error('Assertion failed: a self-test was built without its inputs');
}

async function failure(
  provider: ProviderName,
  { shapes, build }: Trial,
  dialect: Dialect,
  allowed = tolerance,
): Promise<string | undefined> {
  try {
    const difference = await compare(provider, shapes, dialect, build);
    return difference > allowed ? `is wrong by ${(100 * difference).toFixed(1)} %` : undefined;
  } catch {
    return 'fails';
  }
}

/** Largest relative difference between the dialect on the provider and plain operators on the CPU, for the same inputs. */
async function compare(
  provider: ProviderName,
  shapes: readonly (readonly number[])[],
  dialect: Dialect,
  build: (inputs: readonly Tensor[]) => Tensor,
): Promise<number> {
  const expected = await runTrial('cpu', shapes, dialectOf('plain'), build);
  const actual = await runTrial(provider, shapes, dialect, build);
  let error = 0;
  let largest = 0;
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs(value - (actual[index] ?? Number.NaN));
    error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(error, difference);
    largest = Math.max(largest, Math.abs(value));
  }
  return error / largest;
}

async function runTrial(
  provider: ProviderName,
  shapes: readonly (readonly number[])[],
  dialect: Dialect,
  build: (inputs: readonly Tensor[]) => Tensor,
): Promise<Float32Array> {
  const b = new GraphBuilder('self_test', dialect, { label: 'the self-test', find: () => undefined, has: () => false });
  const inputs = shapes.map((shape, index) => b.input(`input_${index}`, 'float32', shape));
  b.output('result', build(inputs));
  const session = await Session.create(encodeModel(b.finish()), { provider, label: 'self-test' });
  try {
    const feeds = Object.fromEntries(
      shapes.map((shape, index) => [
        `input_${index}`,
        { dtype: 'float32' as const, shape, data: pattern(shape, index) },
      ]),
    );
    return (await session.run(feeds)).result?.data ?? new Float32Array();
  } finally {
    await session.dispose();
  }
}

/** Fixed values without symmetry, about −1 to 1. */
function pattern(shape: readonly number[], index: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, position) =>
    Math.sin(position * 12.9898 + index * 78.233 + Math.cos(position * 0.37)),
  );
}
