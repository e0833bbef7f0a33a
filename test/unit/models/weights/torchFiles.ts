/** Builds torch-like zip files byte by byte, well-formed or not. */

/** A file to put into an archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** Compression method the headers announce; 0 stored, 8 deflated. */
  readonly method?: number;
  /** Uncompressed size the headers announce, where it is a lie. */
  readonly claimedSize?: number;
  /** Where the directory says the entry begins, where it is a lie. */
  readonly claimedOffset?: number;
}

/** A zip archive of the files, in order; `wide` writes every size and offset in 64 bits, as archives beyond 4 GiB have them. */
export function zipOf(files: readonly ArchiveFile[], wide = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 0, claimedSize, claimedOffset } of files) {
    const encoded = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(claimedSize ?? data.length, 22);
    local.writeUInt16LE(encoded.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(wide ? 0xffffffff : data.length, 20);
    central.writeUInt32LE(wide ? 0xffffffff : (claimedSize ?? data.length), 24);
    central.writeUInt16LE(encoded.length, 28);
    central.writeUInt16LE(wide ? 28 : 0, 30);
    central.writeUInt32LE(wide ? 0xffffffff : (claimedOffset ?? offset), 42);
    parts.push(local, encoded, Buffer.from(data));
    directory.push(
      central,
      encoded,
      ...(wide ? [wideFields(claimedSize ?? data.length, data.length, claimedOffset ?? offset)] : []),
    );
    offset += 30 + encoded.length + data.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wide ? 0xffff : files.length, 8);
  end.writeUInt16LE(wide ? 0xffff : files.length, 10);
  end.writeUInt32LE(wide ? 0xffffffff : listing.length, 12);
  end.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  return Buffer.concat([...parts, listing, ...(wide ? [wideEnd(files.length, listing.length, offset)] : []), end]);
}

function wideFields(size: number, packed: number, offset: number): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [index, value] of [size, packed, offset].entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return extra;
}

/** The 64-bit end record and its locator. */
function wideEnd(count: number, length: number, offset: number): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, length],
    [48, offset],
  ] as const)
    record.writeBigUInt64LE(BigInt(value), at);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0x58]), lengthOf(Buffer.byteLength(value)), Buffer.from(value)]);

function lengthOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const integer = (value: number): Buffer => Buffer.concat([Buffer.from([0x4a]), lengthOf(value)]);

/** The name of a class or function, as protocol 2 writes it. */
export const named = (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`);

/** A tuple of values already encoded. */
export const tuple = (...items: Buffer[]): Buffer => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);

/** A call of a name with a tuple of arguments. */
export const call = (callee: Buffer, ...argumentsGiven: Buffer[]): Buffer =>
  Buffer.concat([callee, tuple(...argumentsGiven), Buffer.from('R')]);

/** One float tensor over storage `key`. */
export function floatTensorPickle(options: {
  key?: string;
  count?: number;
  offset?: number;
  shape?: number[];
  strides?: number[];
  storage?: string;
}): Buffer {
  const { key = '0', count = 4, offset = 0, shape = [2, 2], strides = [2, 1], storage = 'FloatStorage' } = options;
  const id = Buffer.concat([
    tuple(text('storage'), named('torch', storage), text(key), text('cpu'), integer(count)),
    Buffer.from('Q'),
  ]);
  return call(
    named('torch._utils', '_rebuild_tensor_v2'),
    id,
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    Buffer.from([0x89]),
    call(named('collections', 'OrderedDict')),
  );
}

/** A whole pickle: a table of one key. */
export const tablePickle = (key: string, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x80, 2, 0x7d]), text(key), value, Buffer.from([0x73, 0x2e])]);

/** A torch file of one pickle and one storage of 16 bytes. */
export const torchFile = (pickle: Uint8Array, storage: Partial<ArchiveFile> = {}): Buffer =>
  zipOf([
    { name: 'archive/data.pkl', data: pickle },
    { name: 'archive/data/0', data: Buffer.from(Float32Array.of(1, 2, 3, 4).buffer), ...storage },
  ]);

/** A torch file of many keys, each with a storage of its own. */
export function torchFileOf(entries: readonly (readonly [string, Buffer])[], storages: readonly Uint8Array[]): Buffer {
  const items = entries.flatMap(([key, value]) => [text(key), value]);
  const pickle = Buffer.concat([Buffer.from([0x80, 2, 0x7d, 0x28]), ...items, Buffer.from([0x75, 0x2e])]);
  return zipOf([
    { name: 'archive/data.pkl', data: pickle },
    ...storages.map((data, index) => ({ name: `archive/data/${index}`, data })),
  ]);
}
