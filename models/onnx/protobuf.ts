/**
 * Writes the protocol buffer wire format: enough of it for ONNX messages.
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  #bytes = new Uint8Array(256);
  #length = 0;
  static readonly #text = new TextEncoder();

  /** Everything written so far. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A varint field; negative numbers are written as 64-bit two's complement, as int64 fields demand. */
  integer(field: number, value: number | bigint): void {
    this.#varint(BigInt(field << 3));
    this.#varint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A 32-bit float field. */
  float(field: number, value: number): void {
    this.#varint(BigInt((field << 3) | 5));
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** A string field, UTF-8. */
  string(field: number, value: string): void {
    this.bytes(field, ProtobufWriter.#text.encode(value));
  }

  /** A bytes field. */
  bytes(field: number, value: Uint8Array): void {
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(value.length));
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A nested message field, written by `write`. */
  message(field: number, write: (writer: ProtobufWriter) => void): void {
    const nested = new ProtobufWriter();
    write(nested);
    this.bytes(field, nested.finish());
  }

  #varint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
