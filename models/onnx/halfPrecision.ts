import type { Graph, GraphNode, Initializer, ValueInfo } from './graph.ts';
import { onnxTypeNumbers } from './types.ts';

/**
 * Operators that compute in float16 without loss that shows: products, which most devices sum in float32, and what moves or adds values.
 * Norms, softmax, means, the time embedding's waves and everything else stay in float32.
 */
const halfOperators = new Set([
  ...['Conv', 'Gemm', 'MatMul', 'MultiHeadAttention', 'GroupNorm', 'BiasSplitGelu'],
  ...['Add', 'Sub', 'Mul', 'Sigmoid', 'QuickGelu', 'Gelu', 'Relu'],
  ...['Reshape', 'Transpose', 'Concat', 'Slice', 'Split', 'Expand', 'Tile', 'Resize', 'Pad', 'Gather'],
]);

/** Kernels that take some inputs in float16 only and want float32 in the others: input positions in float16. */
const halfInputsOnly: Readonly<Record<string, readonly number[]>> = { GroupNorm: [0] };

/**
 * Most products that may be summed in float16 where a device does: a sum of 64 was off by 0.17 % of the largest result, one of 1280 by 0.7 %,
 * of 5120 by 2 %, a convolution of 32 channels by 0.6 %, of 640 by 2 % (ONNX Runtime 1.30, WebGPU).
 */
const longestHalfSum = 1280;

/** Forms a value is at hand in. */
type Form = 'float32' | 'float16';

/**
 * The graph with its products in float16: values cross between the two precisions by Cast where operators differ, weights stored as
 * float16 are used as they are, inputs and outputs stay float32. Nodes marked `single` keep float32.
 */
export function inHalfPrecision(graph: Graph): Graph {
  const nodes: GraphNode[] = [];
  const casts: GraphNode[] = [];
  const values = new Map<string, ValueInfo>(graph.values);
  const forms = new Map<string, Partial<Record<Form, string>>>();
  const stored = new Map<string, Initializer>(graph.initializers.map((initializer) => [initializer.name, initializer]));
  const dtypeOf = (name: string): string | undefined => graph.values.get(name)?.dtype;

  const sumsLong = ({ op, inputs: [first = ''] }: GraphNode): boolean =>
    op === 'Conv' ||
    ((op === 'Gemm' || op === 'MatMul') && (graph.values.get(first)?.shape.at(-1) ?? 0) > longestHalfSum);

  const put = (value: ValueInfo): string => {
    values.set(value.name, value);
    return value.name;
  };
  /** The value in that form, cast where it is not at hand in it. */
  const inForm = (name: string, form: Form): string => {
    const known = forms.get(name) ?? { float32: name };
    const at = known[form];
    if (at !== undefined) return at;
    const [from = name] = Object.values(known);
    const shape = graph.values.get(name)?.shape ?? [];
    const made = put({ name: `${name}:${form}`, dtype: form, shape });
    const node: GraphNode = {
      op: 'Cast',
      domain: '',
      name: `${name}/${form}`,
      inputs: [from],
      outputs: [made],
      attributes: { to: { kind: 'int', value: onnxTypeNumbers[form] } },
    };
    // A cast of a constant is folded; it stands first, as all such casts do.
    (stored.has(from) ? casts : nodes).push(node);
    forms.set(name, { ...known, [form]: made });
    return made;
  };

  for (const node of graph.nodes) {
    const [input = '', output = ''] = [node.inputs[0], node.outputs[0]];
    const weight = node.op === 'Cast' ? stored.get(input) : undefined;
    if (weight?.dtype === 'float16') {
      forms.set(output, { float16: input });
      continue;
    }
    if (weight) {
      casts.push(node);
      continue;
    }
    const half = halfOperators.has(node.op) && node.single !== true && !(graph.dialect.halfSums && sumsLong(node));
    const only = halfInputsOnly[node.op];
    const inputs = node.inputs.map((name, position) => {
      if (name === '' || dtypeOf(name) !== 'float32') return name;
      return inForm(name, half && (only?.includes(position) ?? true) ? 'float16' : 'float32');
    });
    // A result keeps its name and has the form it was computed in; integers and truth values stay what they are.
    for (const name of node.outputs)
      if (half && dtypeOf(name) === 'float32') {
        put({ name, dtype: 'float16', shape: graph.values.get(name)?.shape ?? [] });
        forms.set(name, { float16: name });
      }
    nodes.push({ ...node, inputs });
  }
  return { ...graph, nodes: [...casts, ...nodes], values };
}
