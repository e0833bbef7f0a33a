import type { StoredType } from '../storedTensor.ts';

/** A tensor as a torch pickle describes it: a stretch of a numbered storage. */
export interface PickledTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly storage: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Storage classes and the element type of each. */
export const storageTypes: Readonly<Record<string, StoredType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

/** Values the machine's stack may hold. Nothing here can run. */
export type Value =
  | { kind: 'none' }
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'list'; items: Value[] }
  | { kind: 'table'; entries: Map<string, Value> }
  | { kind: 'name'; module: string; name: string }
  /** Something of another program: kept as a thing without content, never made and never called. */
  | { kind: 'opaque' }
  | { kind: 'storage'; dtype: StoredType; key: string; count: number }
  | { kind: 'tensor'; tensor: PickledTensor }
  | { kind: 'mark' };

/** Deepest table inside a table that is looked into. */
const deepestNesting = 16;

/**
 * Gathers the tensors of a table under dotted keys; a table called `state_dict` at the top, or the only table there, is taken for the
 * whole. `seen` keeps a table that holds itself, or thousands of references to one, from costing more than one visit.
 */
export function collectTensors(
  value: Value,
  prefix: string,
  depth: number,
  tensors: Map<string, PickledTensor>,
  seen: Set<Value>,
): undefined {
  if (value.kind === 'tensor') tensors.set(prefix, value.tensor);
  if (value.kind !== 'table' || depth > deepestNesting || seen.has(value)) return;
  seen.add(value);
  const [only] = value.entries.size === 1 ? value.entries.values() : [];
  const inner = depth === 0 ? (value.entries.get('state_dict') ?? only) : undefined;
  if (inner?.kind === 'table') {
    collectTensors(inner, '', 1, tensors, seen);
    return;
  }
  for (const [key, item] of value.entries)
    collectTensors(item, prefix ? `${prefix}.${key}` : key, depth + 1, tensors, seen);
}

/** Modules of Python that no weight file has a reason to name: whoever does wants its reader to run something. */
const dangerous =
  /^(os|posix|nt|sys|subprocess|socket|shutil|runpy|importlib|pickle|code|codeop|ctypes|pty|commands|webbrowser|platform|multiprocessing|asyncio|threading|signal|tempfile|pathlib|urllib|http|requests|builtins|__builtin__|operator|functools|types|inspect|torch\.(hub|package|jit|load|_inductor))(\.|$)/;

/** Classes of the language itself that hold values and run nothing. */
const containers = new Set([
  'set',
  'frozenset',
  'dict',
  'list',
  'tuple',
  'int',
  'float',
  'complex',
  'bool',
  'str',
  'bytes',
  'bytearray',
  'object',
  'slice',
  'range',
]);

/** Whether naming this class or function is a reason to refuse the file rather than to leave the value out. */
export function isDangerous(module: string, name: string): boolean {
  if (/^(builtins|__builtin__)$/.test(module)) return !containers.has(name);
  return dangerous.test(module);
}
