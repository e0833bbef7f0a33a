import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtobufWriter } from '../../../../models/onnx/protobuf.ts';

test('writes the examples of the encoding’s own documentation', () => {
  const writer = new ProtobufWriter();
  writer.integer(1, 150);
  writer.string(2, 'testing');
  writer.message(3, (nested) => nested.integer(1, 150));
  expect(Buffer.from(writer.finish()).toString('hex')).toBe('08960112077465737469' + '6e67' + '1a03089601');
});

test('negative numbers take ten bytes, floats four, little-endian', () => {
  const writer = new ProtobufWriter();
  writer.integer(1, -1);
  writer.float(2, 1.5);
  expect(Buffer.from(writer.finish()).toString('hex')).toBe('08ffffffffffffffffff01' + '150000c03f');
});

test('every integer and every length reads back', () => {
  const readVarint = (bytes: Uint8Array, from: number): [bigint, number] => {
    let value = 0n;
    let at = from;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return [value, at];
    }
  };
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.uint8Array({ maxLength: 700 }),
      fc.integer({ min: 1, max: 5000 }),
      (value, bytes, field) => {
        const writer = new ProtobufWriter();
        writer.integer(field, value);
        writer.bytes(field, bytes);
        const written = writer.finish();
        const [tag, afterTag] = readVarint(written, 0);
        const [read, afterValue] = readVarint(written, afterTag);
        const [secondTag, afterSecond] = readVarint(written, afterValue);
        const [length, start] = readVarint(written, afterSecond);
        expect([tag, BigInt.asIntN(64, read), secondTag, Number(length)]).toEqual([
          BigInt(field * 8),
          value,
          BigInt(field * 8 + 2),
          bytes.length,
        ]);
        expect([...written.subarray(start)]).toEqual([...bytes]);
      },
    ),
  );
});
