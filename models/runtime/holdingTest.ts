import { dialectOf } from '../onnx/dialect.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { encodeModel } from '../onnx/modelFile.ts';
import { type ProviderName, type RuntimeFloatTensor, Session } from './session.ts';

/** The runtime leaves values in WebGPU's buffers alone; it would take other devices' memory for the host's. */
const holdingProviders: readonly ProviderName[] = ['webgpu'];

/**
 * Whether what stays on a provider's device between runs is read as it was sent: two values in turn, against runs that are sent the same ones.
 * `never` where the runtime has no way to.
 */
export async function testHolding(provider: ProviderName): Promise<'right' | 'wrong' | 'never'> {
  if (!holdingProviders.includes(provider)) return 'never';
  const b = new GraphBuilder('self_test', dialectOf('plain'), {
    ...{ label: 'the self-test', find: () => undefined, has: () => false },
  });
  const [x, kept] = [b.input('x', 'float32', [16, 64]), b.input('kept', 'float32', [64, 96])];
  b.output('result', b.node('MatMul', [x, kept], [{ dtype: 'float32', shape: [16, 96] }])[0]);
  try {
    const session = await Session.create(encodeModel(b.finish()), { provider, label: 'self-test', holdsValues: true });
    try {
      return (await isRight(session)) ? 'right' : 'wrong';
    } finally {
      await session.dispose();
    }
  } catch {
    return 'wrong';
  }
}

async function isRight(session: Session): Promise<boolean> {
  const x = wave([16, 64], 0);
  const values = [wave([64, 96], 1), wave([64, 96], 2)];
  for (const kept of [...values, ...values]) {
    const { result: sent } = await session.run({ x, kept });
    const { result: held } = await session.run({ x, kept }, ['kept']);
    if (!sent || !held?.data.every((value, index) => value === sent.data[index])) return false;
  }
  return session.heldBytes === values.reduce((sum, { data }) => sum + data.byteLength, 0);
}

function wave(shape: readonly [number, number], seed: number): RuntimeFloatTensor {
  const data = Float32Array.from({ length: shape[0] * shape[1] }, (_, index) =>
    Math.sin(index * 12.9898 + seed * 78.233),
  );
  return { dtype: 'float32', shape, data };
}
