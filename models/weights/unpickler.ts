import { StudioError } from '../errors/studioError.ts';
import { checkedElementCount, type StoredType, storedBytes } from './storedTensor.ts';

/** A tensor as a torch pickle describes it: a stretch of a numbered storage. */
export interface PickledTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly storage: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Storage classes and the element type of each. */
const storageTypes: Readonly<Record<string, StoredType>> = {
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
type Value =
  | { kind: 'none' }
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'list'; items: Value[] }
  | { kind: 'table'; entries: Map<string, Value> }
  | { kind: 'name'; module: string; name: string }
  | { kind: 'storage'; dtype: StoredType; key: string; count: number }
  | { kind: 'tensor'; tensor: PickledTensor }
  | { kind: 'mark' };

const none: Value = { kind: 'none' };
const mostValues = 2_000_000;
const deepestNesting = 16;

/**
 * Interprets a torch pickle without running anything: tensors, numbers, text, lists and tables. A pickle that names any
 * other class or function, calls anything, or holds an unknown instruction is refused. Tables inside tables become dotted
 * keys; what is not a tensor is left out.
 */
export function unpickleTensors(bytes: Uint8Array, path: string): ReadonlyMap<string, PickledTensor> {
  const root = new Machine(bytes, path).run();
  const tensors = new Map<string, PickledTensor>();
  collect(root, '', 0, tensors, new Set());
  if (tensors.size === 0)
    throw new StudioError('format-unknown', `${path} is a torch file without a table of tensors.`);
  return tensors;
}

/** `seen` keeps a table that holds itself, or thousands of references to one, from costing more than one visit. */
function collect(
  value: Value,
  prefix: string,
  depth: number,
  tensors: Map<string, PickledTensor>,
  seen: Set<Value>,
): undefined {
  if (value.kind === 'tensor') tensors.set(prefix, value.tensor);
  if (value.kind !== 'table' || depth > deepestNesting || seen.has(value)) return;
  seen.add(value);
  const inner = depth === 0 ? value.entries.get('state_dict') : undefined;
  if (inner?.kind === 'table') {
    collect(inner, '', 1, tensors, seen);
    return;
  }
  for (const [key, item] of value.entries) collect(item, prefix ? `${prefix}.${key}` : key, depth + 1, tensors, seen);
}

/** The pickle machine (docs.python.org/3/library/pickletools): a stack, a memo, and the few instructions torch writes. */
class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #stack: Value[] = [];
  readonly #memo = new Map<number, Value>();
  #at = 0;
  #made = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  run(): Value {
    for (;;) {
      const code = this.#take(1)[0] ?? 0;
      if (code === 0x2e) return this.#pop();
      this.#step(code);
    }
  }

  #step(code: number): undefined {
    switch (code) {
      case 0x80: // PROTO
        if ((this.#take(1)[0] ?? 0) > 5) throw this.#refuse('it is of an unknown pickle protocol');
        return;
      case 0x95: // FRAME
        this.#take(8);
        return;
      case 0x28: // MARK
        return this.#push({ kind: 'mark' });
      case 0x4e: // NONE
        return this.#push(none);
      case 0x88: // NEWTRUE
        return this.#push({ kind: 'number', value: 1 });
      case 0x89: // NEWFALSE
        return this.#push({ kind: 'number', value: 0 });
      case 0x4b: // BININT1
        return this.#push({ kind: 'number', value: this.#take(1)[0] ?? 0 });
      case 0x4d: // BININT2
        return this.#push({ kind: 'number', value: this.#unsigned(2) });
      case 0x4a: // BININT
        return this.#push({ kind: 'number', value: this.#unsigned(4) | 0 });
      case 0x8a: // LONG1
        return this.#push({ kind: 'number', value: this.#long(this.#take(1)[0] ?? 0) });
      case 0x47: // BINFLOAT, big-endian
        this.#take(8);
        return this.#push({ kind: 'number', value: this.#view.getFloat64(this.#at - 8) });
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#take(1)[0] ?? 0));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#unsigned(4)));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#text(this.#take(1)[0] ?? 0));
      case 0x7d: // EMPTY_DICT
        return this.#push({ kind: 'table', entries: new Map() });
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        return this.#push({ kind: 'list', items: [] });
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push({ kind: 'list', items: this.#popMany(code - 0x84) });
      case 0x74: // TUPLE
      case 0x6c: // LIST
        return this.#push({ kind: 'list', items: this.#popToMark() });
      default:
        return this.#stepContainers(code);
    }
  }

  #stepContainers(code: number): undefined {
    switch (code) {
      case 0x71: // BINPUT
        return this.#remember(this.#take(1)[0] ?? 0);
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#unsigned(4));
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#take(1)[0] ?? 0);
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#unsigned(4));
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.#append(this.#popToMark());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      case 0x63: // GLOBAL
        return this.#pushName(this.#line(), this.#line());
      case 0x93: // STACK_GLOBAL
        return this.#stackName();
      case 0x51: // BINPERSID
        return this.#push(this.#storage(this.#pop()));
      case 0x52: // REDUCE
        return this.#reduce();
      case 0x62: // BUILD: a state dict's own metadata, which says nothing about tensors
        return this.#build();
      case 0x30: // POP
        this.#pop();
        return;
      default:
        throw this.#refuse(`its pickle holds the instruction 0x${code.toString(16).padStart(2, '0')}`);
    }
  }

  #build(): undefined {
    const [target] = this.#popMany(2);
    if (target?.kind !== 'table') throw this.#refuse('its pickle sets the state of an object');
    this.#push(target);
  }

  #pushName(module: string, name: string): undefined {
    const known =
      (module === 'collections' && name === 'OrderedDict') ||
      (module === 'torch._utils' && (name === '_rebuild_tensor_v2' || name === '_rebuild_parameter')) ||
      (module === 'torch' && name in storageTypes);
    if (!known) throw this.#refuse(`its pickle asks for ${module}.${name}`);
    this.#push({ kind: 'name', module, name });
  }

  #stackName(): undefined {
    const [module, name] = this.#popMany(2);
    if (module?.kind !== 'text' || name?.kind !== 'text') throw this.#refuse('its pickle names nothing');
    this.#pushName(module.value, name.value);
  }

  /** Persistent ids are torch's storages: ('storage', class, key, device, element count). */
  #storage(id: Value): Value {
    const items = id.kind === 'list' ? id.items : [];
    const [kind, type, key, , count] = items;
    const dtype = type?.kind === 'name' && type.module === 'torch' ? storageTypes[type.name] : undefined;
    if (
      kind?.kind !== 'text' ||
      kind.value !== 'storage' ||
      !dtype ||
      key?.kind !== 'text' ||
      count?.kind !== 'number' ||
      !/^\d+$/.test(key.value)
    )
      throw this.#refuse('its pickle refers to something that is no storage');
    return { kind: 'storage', dtype, key: key.value, count: count.value };
  }

  /** The only "calls": rebuilding a tensor or parameter from its description, and an empty ordered table. */
  #reduce(): undefined {
    const [callee, argument] = this.#popMany(2);
    const values = argument?.kind === 'list' ? argument.items : [];
    if (callee?.kind !== 'name') throw this.#refuse('its pickle calls something');
    if (callee.name === 'OrderedDict' && values.length === 0) return this.#push({ kind: 'table', entries: new Map() });
    if (callee.name === '_rebuild_tensor_v2') return this.#push(this.#tensor(values));
    if (callee.name === '_rebuild_parameter' && values[0]?.kind === 'tensor') return this.#push(values[0]);
    throw this.#refuse(`its pickle calls ${callee.module}.${callee.name}`);
  }

  #tensor([storage, offset, size, stride]: readonly Value[]): Value {
    const numbers = (value: Value | undefined): number[] | undefined =>
      value?.kind === 'list' && value.items.every((item) => item.kind === 'number')
        ? value.items.map((item) => (item.kind === 'number' ? item.value : 0))
        : undefined;
    const shape = numbers(size);
    const strides = numbers(stride);
    const count = checkedElementCount(shape);
    if (
      storage?.kind !== 'storage' ||
      offset?.kind !== 'number' ||
      !shape ||
      !strides ||
      count === undefined ||
      strides.length !== shape.length
    )
      throw this.#refuse('its pickle describes a tensor that cannot be');
    let step = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1;
      if (length !== 1 && count > 0 && strides[axis] !== step)
        throw new StudioError(
          'format-unknown',
          `${this.#path} holds a tensor of ${shape.join('×')} whose elements do not lie in order.`,
          {
            hint: 'Save the checkpoint again after calling contiguous() on its tensors.',
          },
        );
      step *= length;
    }
    if (!Number.isSafeInteger(offset.value) || offset.value < 0 || offset.value + count > storage.count)
      throw this.#refuse('its pickle describes a tensor beyond its storage');
    const bytes = storedBytes[storage.dtype];
    return {
      kind: 'tensor',
      tensor: {
        dtype: storage.dtype,
        shape,
        storage: storage.key,
        offsetBytes: offset.value * bytes,
        lengthBytes: count * bytes,
      },
    };
  }

  #append(items: readonly Value[]): undefined {
    const list = this.#stack.at(-1);
    if (list?.kind !== 'list') throw this.#refuse('its pickle appends to no list');
    list.items.push(...items);
  }

  #setItems(items: readonly Value[]): undefined {
    const table = this.#stack.at(-1);
    if (table?.kind !== 'table' || items.length % 2 !== 0) throw this.#refuse('its pickle fills no table');
    for (let index = 0; index < items.length; index += 2) {
      const [key, value] = [items[index], items[index + 1]];
      if (key && value && (key.kind === 'text' || key.kind === 'number')) table.entries.set(String(key.value), value);
    }
  }

  #remember(index: number): undefined {
    const top = this.#stack.at(-1);
    if (top) this.#memo.set(index, top);
  }

  #recall(index: number): undefined {
    const value = this.#memo.get(index);
    if (!value) throw this.#refuse('its pickle recalls what it never made');
    this.#push(value);
  }

  #push(value: Value): undefined {
    if (++this.#made > mostValues) throw this.#refuse(`its pickle makes more than ${mostValues} values`);
    this.#stack.push(value);
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (!value) throw this.#refuse('its pickle takes more than it makes');
    return value;
  }

  #popMany(count: number): Value[] {
    if (this.#stack.length < count) throw this.#refuse('its pickle takes more than it makes');
    return this.#stack.splice(this.#stack.length - count);
  }

  #popToMark(): Value[] {
    const mark = this.#stack.findLastIndex(({ kind }) => kind === 'mark');
    if (mark < 0) throw this.#refuse('its pickle ends a group it never began');
    const items = this.#stack.splice(mark + 1);
    this.#stack.pop();
    return items;
  }

  #take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length)
      throw new StudioError('format-damaged', `${this.#path} is damaged: its pickle is cut short.`);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  #unsigned(size: number): number {
    this.#take(size);
    return size === 2 ? this.#view.getUint16(this.#at - 2, true) : this.#view.getUint32(this.#at - 4, true);
  }

  #long(size: number): number {
    let value = 0n;
    const bytes = this.#take(size);
    for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * index);
    return Number(BigInt.asIntN(Math.max(8, 8 * size), value));
  }

  #text(length: number): Value {
    return { kind: 'text', value: new TextDecoder().decode(this.#take(length)) };
  }

  #line(): string {
    const start = this.#at;
    while (this.#take(1)[0] !== 0x0a);
    return new TextDecoder().decode(this.#bytes.subarray(start, this.#at - 1));
  }

  #refuse(reason: string): StudioError {
    return new StudioError(
      'format-hostile',
      `${this.#path} is refused: ${reason}, and only tensors are read from such files.`,
      {
        hint: 'Load the checkpoint once with torch.load(weights_only=True) and save its state_dict as safetensors.',
      },
    );
  }
}
