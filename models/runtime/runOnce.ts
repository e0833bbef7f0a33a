import type { Graph } from '../onnx/graphBuilder.ts';
import { encodeModel } from '../onnx/modelFile.ts';
import type { Device } from './device.ts';
import { type RuntimeFloatTensor, type RuntimeTensor, Session } from './session.ts';

/** Loads a graph, runs it once and lets go of it: for checks and measurements. */
export async function runOnce(
  device: Device,
  graph: Graph,
  weightsFolder: string,
  inputs: Readonly<Record<string, RuntimeTensor>>,
): Promise<Record<string, RuntimeFloatTensor>> {
  const session = await Session.create(encodeModel(graph), {
    provider: device.provider,
    label: graph.name,
    weightsFolder,
    ...(device.threads === undefined ? {} : { threads: device.threads }),
  });
  try {
    return await session.run(inputs);
  } finally {
    await session.dispose();
  }
}
