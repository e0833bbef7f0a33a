/** What a LoRA adds to one weight, as a computation of the graph. */
import { add, multiply } from '../../../onnx/elementwise.ts';
import type { GraphBuilder, Tensor } from '../../../onnx/graphBuilder.ts';
import { matmul } from '../../../onnx/linear.ts';
import { reshape, transpose } from '../../../onnx/shaping.ts';
import { type Shape, sizeOf } from '../../../onnx/types.ts';
import type { LoraRole } from './loraKeys.ts';

/** The tensors a LoRA has for one module: each role's shape, and the key it is found under. */
export type LoraTensors = ReadonlyMap<LoraRole, { readonly key: string; readonly shape: Shape }>;

/** Shapes alone, for what needs no graph. */
export type LoraShapes = ReadonlyMap<LoraRole, { readonly shape: Shape }>;

/** Forms of ΔW this program computes: up · down (with a core for convolutions), Hadamard and Kronecker products, whole differences. */
export type LoraForm = 'product' | 'hadamard' | 'kronecker' | 'difference';

/** The form a module's tensors have; undefined where they are incomplete. */
export function loraForm(tensors: LoraShapes): LoraForm | undefined {
  const has = (...roles: LoraRole[]): boolean => roles.every((role) => tensors.has(role));
  if (has('up', 'down')) return 'product';
  if (has('hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b')) return 'hadamard';
  const first = has('lokr_w1') || has('lokr_w1_a', 'lokr_w1_b');
  const second = has('lokr_w2') || has('lokr_w2_a', 'lokr_w2_b');
  if (first && second) return 'kronecker';
  return has('diff') || has('diff_b') ? 'difference' : undefined;
}

/** The rank that a file's α is divided by; undefined where the form has none, and α counts for nothing. */
export function loraRank(tensors: LoraShapes): number | undefined {
  for (const role of ['down', 'hada_w1_b', 'lokr_w1_b', 'lokr_w2_b'] as const) {
    const shape = tensors.get(role)?.shape;
    if (shape) return shape[0];
  }
  return undefined;
}

/** Shape of ΔW as the tensors give it, (outputs, everything else), to be held against the weight's; undefined where unsound. */
export function deltaSize(tensors: LoraShapes): readonly [number, number] | undefined {
  const rows = (role: LoraRole): number => tensors.get(role)?.shape[0] ?? 0;
  const rest = (role: LoraRole): number => sizeOf((tensors.get(role)?.shape ?? []).slice(1));
  const spatial = (role: LoraRole): number => sizeOf((tensors.get(role)?.shape ?? []).slice(2));
  switch (loraForm(tensors)) {
    case 'product':
      return [rows('up'), rest('down') * (tensors.has('mid') ? spatial('mid') : 1)];
    case 'hadamard':
      return tensors.has('hada_t1')
        ? [rest('hada_w1_a'), rest('hada_w1_b') * spatial('hada_t1')]
        : [rows('hada_w1_a'), rest('hada_w1_b')];
    case 'kronecker': {
      const [first, second] = [kroneckerSize(tensors, 'lokr_w1'), kroneckerSize(tensors, 'lokr_w2')];
      return [first[0] * second[0], first[1] * second[1]];
    }
    case 'difference':
      return [rows('diff') || rows('diff_b'), tensors.has('diff') ? rest('diff') : 1];
    default:
      return undefined;
  }
}

function kroneckerSize(tensors: LoraShapes, name: 'lokr_w1' | 'lokr_w2'): readonly [number, number] {
  const whole = tensors.get(name)?.shape;
  if (whole) return [whole[0] ?? 0, sizeOf(whole.slice(1))];
  const [a, b] = [tensors.get(`${name}_a`)?.shape ?? [], tensors.get(`${name}_b`)?.shape ?? []];
  const core = name === 'lokr_w2' ? tensors.get('lokr_t2')?.shape : undefined;
  return core ? [sizeOf(a.slice(1)), sizeOf(b.slice(1)) * sizeOf(core.slice(2))] : [a[0] ?? 0, sizeOf(b.slice(1))];
}

/**
 * ΔW times `strength` (1), in the shape of the weight. The strength enters at the smallest factor: what follows then depends on
 * an input, so that no runtime folds ΔW into a second copy of the weight.
 */
export function buildDelta(b: GraphBuilder, tensors: LoraTensors, shape: Shape, strength: Tensor): Tensor {
  const take = (role: LoraRole): Tensor => {
    const stored = tensors.get(role) ?? b.fail(`this LoRA lacks its ${role}`);
    return b.weightAt(stored.key, stored.shape);
  };
  const flat = (x: Tensor): Tensor => reshape(x, [x.shape[0] ?? 0, sizeOf(x.shape.slice(1))]);
  const scaled = (x: Tensor): Tensor =>
    multiply(
      x,
      reshape(
        strength,
        x.shape.map(() => 1),
      ),
    );
  switch (loraForm(tensors)) {
    case 'product': {
      const down = tensors.has('mid') ? withCore(flat(take('down')), take('mid')) : flat(take('down'));
      return reshape(matmul(scaled(flat(take('up'))), down), shape);
    }
    case 'hadamard': {
      const side = (number: 1 | 2, change: (x: Tensor) => Tensor): Tensor => {
        const [a, c] = [change(take(`hada_w${number}_a`)), take(`hada_w${number}_b`)];
        return tensors.has(`hada_t${number}`) ? tucker(take(`hada_t${number}`), a, c) : matmul(flat(a), flat(c));
      };
      return reshape(
        multiply(
          side(1, scaled),
          side(2, (x) => x),
        ),
        shape,
      );
    }
    case 'kronecker': {
      const first = scaled(tensors.has('lokr_w1') ? take('lokr_w1') : matmul(take('lokr_w1_a'), take('lokr_w1_b')));
      return reshape(kronecker(first, secondFactor(take, tensors, flat)), shape);
    }
    default:
      return reshape(scaled(take('diff')), shape);
  }
}

/**
 * A plain product's two factors as layers of their own: down (rank, inputs, kernel…), then up (outputs, rank, 1…). Undefined for every
 * other form.
 */
export function lowRankFactors(
  b: GraphBuilder,
  tensors: LoraTensors,
  shape: Shape,
): readonly [Tensor, Tensor] | undefined {
  const [down, up] = [tensors.get('down'), tensors.get('up')];
  if (loraForm(tensors) !== 'product' || tensors.has('mid') || !down || !up) return undefined;
  const [outputs = 0, ...rest] = shape;
  const rank = down.shape[0] ?? 0;
  return [
    reshape(b.weightAt(down.key, down.shape), [rank, ...rest]),
    reshape(b.weightAt(up.key, up.shape), [outputs, rank, ...rest.slice(1).map(() => 1)]),
  ];
}

function secondFactor(take: (role: LoraRole) => Tensor, tensors: LoraTensors, flat: (x: Tensor) => Tensor): Tensor {
  if (tensors.has('lokr_w2')) return take('lokr_w2');
  const [a, b] = [take('lokr_w2_a'), take('lokr_w2_b')];
  return tensors.has('lokr_t2') ? tucker(take('lokr_t2'), a, b) : matmul(flat(a), flat(b));
}

/** down'[a, i·k] = Σ_b core[a, b, k] · down[b, i]: the low-rank core of a convolution put into its down matrix. */
function withCore(down: Tensor, core: Tensor): Tensor {
  const [outer = 0, inner = 0] = core.shape;
  const taps = sizeOf(core.shape.slice(2));
  const inputs = down.shape[1] ?? 0;
  const mixed = matmul(
    transpose(down, [1, 0]),
    reshape(transpose(reshape(core, [outer, inner, taps]), [1, 0, 2]), [inner, outer * taps]),
  );
  return reshape(transpose(reshape(mixed, [inputs, outer, taps]), [1, 0, 2]), [outer, inputs * taps]);
}

/** W[p, r, k] = Σ_ij core[i, j, k] · first[i, p] · second[j, r], flat as (p, r · k). */
function tucker(core: Tensor, first: Tensor, second: Tensor): Tensor {
  const down = withCore(reshape(second, [second.shape[0] ?? 0, sizeOf(second.shape.slice(1))]), core);
  return matmul(transpose(reshape(first, [first.shape[0] ?? 0, sizeOf(first.shape.slice(1))]), [1, 0]), down);
}

/** The Kronecker product of (a, c) with (d, e, …): (a · d, c · e, …), flat. */
function kronecker(first: Tensor, second: Tensor): Tensor {
  const [rows = 0, columns = 0] = first.shape;
  const outputs = second.shape[0] ?? 0;
  const rest = sizeOf(second.shape.slice(1));
  const left = reshape(first, [rows, 1, columns, 1]);
  return reshape(multiply(left, reshape(second, [1, outputs, 1, rest])), [rows * outputs, columns * rest]);
}

/** weight + Σ deltas. */
export const laidOver = (weight: Tensor, deltas: readonly Tensor[]): Tensor => deltas.reduce(add, weight);
