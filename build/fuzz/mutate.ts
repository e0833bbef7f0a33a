/** A random number below `limit`. */
export type Random = (limit: number) => number;

/** Numbers at which readers go wrong. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Texts that mean something to one reader or another. */
const words = ['"', '{', '}', '[', ']', ':', ',', '\\u0000', '../', '\n', '1e999', '-1', 'null', '__proto__', 'dtype'];

/** An input changed in a few random places; sometimes joined with another of the corpus. */
export function mutate(input: Buffer, corpus: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let changes = 1 + random(4); changes > 0; changes--) bytes = change(bytes, corpus, random);
  return bytes;
}

function change(bytes: Buffer, corpus: readonly Buffer[], random: Random): Buffer {
  const at = random(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random(32));
  const insert = (piece: Buffer): Buffer => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  switch (random(8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random(256);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 4:
      return insert(Buffer.from(bytes.subarray(at, end)));
    case 5:
      return insert(Buffer.from(words[random(words.length)] ?? ''));
    case 6: {
      if (at + 4 <= bytes.length) bytes.writeUInt32LE(edges[random(edges.length)] ?? 0, at);
      return bytes;
    }
    default: {
      const other = corpus[random(corpus.length)] ?? bytes;
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length + 1))]);
    }
  }
}
