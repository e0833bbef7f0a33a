import { StudioError } from '../../errors/studioError.ts';
import { describeTensor } from './describeTensor.ts';
import { PickleBytes } from './pickleBytes.ts';
import { collectTensors, isDangerous, type PickledTensor, storageTypes, type Value } from './pickleValues.ts';

const none: Value = { kind: 'none' };
const opaque: Value = { kind: 'opaque' };

/** Names remembered for the report; a file may hold any number. */
const mostForeign = 50;
const mostValues = 2_000_000;

/** What a torch pickle holds. */
export interface Unpickled {
  /** Tensors under dotted keys. */
  readonly tensors: ReadonlyMap<string, PickledTensor>;
  /** Classes and functions of other programs it names, `module.name`; their values are left out. */
  readonly foreign: readonly string[];
}

/**
 * Interprets a torch pickle without running anything: tensors, numbers, text, lists and tables. What other classes or functions
 * would make is left out, never made; a pickle that names a way to run something, or holds an unknown instruction, is refused.
 * Tables inside tables become dotted keys; what is not a tensor is left out.
 */
export function unpickle(bytes: Uint8Array, path: string): Unpickled {
  const machine = new Machine(bytes, path);
  const root = machine.run();
  const tensors = new Map<string, PickledTensor>();
  collectTensors(root, '', 0, tensors, new Set());
  if (tensors.size === 0)
    throw new StudioError('format-unknown', `${path} is a torch file without a table of tensors.`);
  return { tensors, foreign: [...machine.foreign].sort() };
}

/** The pickle machine (docs.python.org/3/library/pickletools): a stack, a memo, and the few instructions torch writes. */
class Machine {
  readonly #bytes: PickleBytes;
  readonly #path: string;
  readonly #stack: Value[] = [];
  readonly #memo = new Map<number, Value>();
  /** Classes and functions of other programs met so far. */
  readonly foreign = new Set<string>();
  #made = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = new PickleBytes(bytes, path);
    this.#path = path;
  }

  run(): Value {
    for (;;) {
      const code = this.#bytes.unsigned(1);
      if (code === 0x2e) return this.#pop();
      this.#step(code);
    }
  }

  #step(code: number): undefined {
    switch (code) {
      case 0x80: // PROTO
        if (this.#bytes.unsigned(1) > 5) throw this.#refuse('it is of an unknown pickle protocol');
        return;
      case 0x95: // FRAME
        this.#bytes.take(8);
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
        return this.#push({ kind: 'number', value: this.#bytes.unsigned(1) });
      case 0x4d: // BININT2
        return this.#push({ kind: 'number', value: this.#bytes.unsigned(2) });
      case 0x4a: // BININT
        return this.#push({ kind: 'number', value: this.#bytes.unsigned(4) | 0 });
      case 0x8a: // LONG1
        return this.#push({ kind: 'number', value: this.#bytes.long(this.#bytes.unsigned(1)) });
      case 0x47: // BINFLOAT, big-endian
        return this.#push({ kind: 'number', value: this.#bytes.float() });
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#bytes.unsigned(1)));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#bytes.unsigned(4)));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#text(this.#bytes.unsigned(1)));
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
        return this.#remember(this.#bytes.unsigned(1));
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#bytes.unsigned(4));
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#bytes.unsigned(1));
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#bytes.unsigned(4));
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
        return this.#pushName(this.#bytes.line(), this.#bytes.line());
      case 0x93: // STACK_GLOBAL
        return this.#stackName();
      case 0x51: // BINPERSID
        return this.#push(this.#storage(this.#pop()));
      case 0x52: // REDUCE
        return this.#reduce();
      case 0x81: // NEWOBJ
        return this.#newObject(code);
      case 0x62: // BUILD: a state dict's own metadata, which says nothing about tensors
        return this.#build();
      case 0x30: // POP
        this.#pop();
        return;
      default:
        throw this.#unknown(code);
    }
  }

  #build(): undefined {
    const [target] = this.#popMany(2);
    if (target?.kind !== 'table' && target?.kind !== 'opaque')
      throw this.#refuse('its pickle sets the state of an object');
    this.#push(target);
  }

  #pushName(module: string, name: string): undefined {
    const known =
      (module === 'collections' && name === 'OrderedDict') ||
      (module === 'torch._utils' && (name === '_rebuild_tensor_v2' || name === '_rebuild_parameter')) ||
      (module === 'torch' && Object.hasOwn(storageTypes, name));
    if (known) return this.#push({ kind: 'name', module, name });
    if (isDangerous(module, name)) throw this.#refuse(`its pickle asks for ${module}.${name}`);
    if (this.foreign.size < mostForeign) this.foreign.add(`${module}.${name}`);
    this.#push(opaque);
  }

  /** An instance of something of another program; of anything else there is none to make. */
  #newObject(code: number): undefined {
    if (this.#stack.at(-2)?.kind !== 'opaque') throw this.#unknown(code);
    this.#popMany(2);
    this.#push(opaque);
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
    if (callee?.kind === 'opaque') return this.#push(opaque);
    if (callee?.kind !== 'name') throw this.#refuse('its pickle calls something');
    if (callee.name === 'OrderedDict' && values.length === 0) return this.#push({ kind: 'table', entries: new Map() });
    if (callee.name === '_rebuild_tensor_v2') return this.#push(this.#tensor(values));
    if (callee.name === '_rebuild_parameter' && values[0]?.kind === 'tensor') return this.#push(values[0]);
    throw this.#refuse(`its pickle calls ${callee.module}.${callee.name}`);
  }

  #tensor(description: readonly Value[]): Value {
    return { kind: 'tensor', tensor: describeTensor(description, this.#path, (reason) => this.#refuse(reason)) };
  }

  #append(items: readonly Value[]): undefined {
    const list = this.#stack.at(-1);
    if (list?.kind === 'opaque') return;
    if (list?.kind !== 'list') throw this.#refuse('its pickle appends to no list');
    // One by one: as arguments of a call, a hundred thousand are too many.
    for (const item of items) list.items.push(item);
  }

  #setItems(items: readonly Value[]): undefined {
    const table = this.#stack.at(-1);
    if (table?.kind === 'opaque') return;
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

  #text(length: number): Value {
    return { kind: 'text', value: this.#bytes.text(length) };
  }

  #unknown(code: number): StudioError {
    return this.#refuse(`its pickle holds the instruction 0x${code.toString(16).padStart(2, '0')}`);
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
