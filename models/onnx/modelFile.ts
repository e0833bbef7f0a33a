import type { Attribute, Graph, GraphNode, Initializer, ValueInfo } from './graphBuilder.ts';
import { ProtobufWriter } from './protobuf.ts';
import { onnxTypeNumbers } from './types.ts';

/** Operator sets our graphs are written against. */
const irVersion = 10;
const onnxOperators = 21;
const microsoftOperators = 1;

/** AttributeProto.AttributeType numbers. */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/**
 * The bytes of an ONNX ModelProto (github.com/onnx/onnx, onnx.proto). Weights appear as external data: file, offset and
 * length relative to the weights folder that the session is told; the bytes written here hold the graph alone.
 */
export function encodeModel(graph: Graph): Uint8Array {
  const writer = new ProtobufWriter();
  writer.integer(1, irVersion);
  writer.string(2, 'magdiff-studio');
  writer.message(7, (proto) => writeGraph(proto, graph));
  for (const [domain, version] of [
    ['', onnxOperators],
    ['com.microsoft', microsoftOperators],
  ] as const) {
    writer.message(8, (proto) => {
      proto.string(1, domain);
      proto.integer(2, version);
    });
  }
  return writer.finish();
}

function writeGraph(proto: ProtobufWriter, graph: Graph): void {
  for (const node of graph.nodes) proto.message(1, (nested) => writeNode(nested, node));
  proto.string(2, graph.name);
  for (const initializer of graph.initializers) proto.message(5, (nested) => writeTensor(nested, initializer));
  for (const input of graph.inputs) proto.message(11, (nested) => writeValue(nested, input));
  for (const output of graph.outputs) proto.message(12, (nested) => writeValue(nested, output));
}

function writeNode(proto: ProtobufWriter, node: GraphNode): void {
  for (const input of node.inputs) proto.string(1, input);
  for (const output of node.outputs) proto.string(2, output);
  proto.string(3, node.name);
  proto.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes))
    proto.message(5, (nested) => writeAttribute(nested, name, attribute));
  if (node.domain) proto.string(7, node.domain);
}

function writeAttribute(proto: ProtobufWriter, name: string, attribute: Attribute): void {
  proto.string(1, name);
  if (attribute.kind === 'float') proto.float(2, attribute.value);
  else if (attribute.kind === 'int') proto.integer(3, attribute.value);
  else if (attribute.kind === 'string') proto.string(4, attribute.value);
  else for (const value of attribute.value) proto.integer(8, value);
  proto.integer(20, attributeTypes[attribute.kind]);
}

function writeTensor(proto: ProtobufWriter, initializer: Initializer): void {
  for (const size of initializer.shape) proto.integer(1, size);
  proto.integer(2, onnxTypeNumbers[initializer.dtype]);
  proto.string(8, initializer.name);
  if ('bytes' in initializer) {
    proto.bytes(9, initializer.bytes);
    return;
  }
  const { file, offset, length } = initializer.weight;
  for (const [key, value] of [
    ['location', file],
    ['offset', String(offset)],
    ['length', String(length)],
  ] as const) {
    proto.message(13, (entry) => {
      entry.string(1, key);
      entry.string(2, value);
    });
  }
  proto.integer(14, 1);
}

function writeValue(proto: ProtobufWriter, value: ValueInfo): void {
  proto.string(1, value.name);
  proto.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, onnxTypeNumbers[value.dtype]);
      tensor.message(2, (shape) => {
        for (const size of value.shape) shape.message(1, (dimension) => dimension.integer(1, size));
      });
    }),
  );
}
