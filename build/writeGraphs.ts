/**
 * Writes the ONNX graphs that a model of ours runs as, for tools that read ONNX files and for the model's own evaluation:
 *
 *     npx tsx build/writeGraphs.ts models/bundled/magdiff-small OUT [frames]
 *
 * Each graph is for one clip, on the CPU, and points into the model's own weight files; `graphs.json` beside them says for
 * each the folder those lie in.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { dialectOf } from '../models/onnx/dialect.ts';
import { graphCost } from '../models/onnx/graphCost.ts';
import { encodeModel } from '../models/onnx/modelFile.ts';
import { type BuildableNetwork, parseNetworks } from '../models/pipeline/modelNetworks.ts';
import { readLayout } from '../models/weights/layouts.ts';

const [folder, out, frameCount = '8'] = process.argv.slice(2);
if (!folder || !out) throw new Error('usage: writeGraphs.ts MODEL OUT [frames]');
const layout = await readLayout(folder);
const networks = parseNetworks(layout);
networks.checkWeights();
const { manifest } = layout;
const { factor } = networks.vaeConfig;
const frames = Number(frameCount);
const [height, width] = [manifest.height / factor, manifest.width / factor];
const imageTokens = frames * manifest.image.tokensPerFrame;
const written: Record<string, { folder: string; flops: number }> = {};
await mkdir(out, { recursive: true });

async function write<Shape>(name: string, network: BuildableNetwork<Shape>, shape: Shape): Promise<void> {
  const graph = network.build(shape, dialectOf('cpu'), network.weights);
  await writeFile(join(out ?? '', `${name}.onnx`), encodeModel(graph));
  written[name] = { folder: relative(layout.folder, network.weights.folder), flops: graphCost(graph).flops };
}

for (const [name, unet] of [
  ['unet', networks.teacher],
  ['unet_student', networks.student],
] as const) {
  if (!unet) continue;
  await write(name, unet.network, { batch: 1, frames, height, width, imageTokens });
  await write(`${name}_context`, unet.context, { batch: 1, imageTokens });
}
await write('vae_decoder', networks.vaeDecoder, { batch: 1, height, width });
await writeFile(join(out, 'graphs.json'), `${JSON.stringify(written, undefined, 1)}\n`);
