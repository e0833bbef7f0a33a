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
import { readNetworks } from '../models/families/openModel.ts';
import type { Networks } from '../models/model/networks.ts';
import type { ShapeOf } from '../models/model/networkTable.ts';
import { dialectOf } from '../models/onnx/dialect.ts';
import { graphCost } from '../models/onnx/graphCost.ts';
import { encodeModel } from '../models/onnx/modelFile.ts';

const [folder, out, frameCount = '8'] = process.argv.slice(2);
if (!folder || !out) throw new Error('usage: writeGraphs.ts MODEL OUT [frames]');
const { files, networkSet } = await readNetworks(folder);
const { manifest } = files;
const { factor } = networkSet.config('vae_decoder');
const frames = Number(frameCount);
const [height, width] = [manifest.height / factor, manifest.width / factor];
const imageTokens = frames * manifest.image.tokensPerFrame;
const written: Record<string, { folder: string; flops: number }> = {};
await mkdir(out, { recursive: true });

async function write<Name extends keyof Networks>(
  file: string,
  name: Name,
  shape: ShapeOf<Networks, Name>,
): Promise<void> {
  const { network, config, weights } = networkSet.get(name);
  const graph = network.build(config, shape, dialectOf('cpu'), weights);
  await writeFile(join(out ?? '', `${file}.onnx`), encodeModel(graph));
  written[file] = { folder: relative(files.folder, weights.folder), flops: graphCost(graph).flops };
}

await write('unet', 'unet', { batch: 1, frames, height, width, imageTokens });
await write('unet_context', 'context', { batch: 1, imageTokens });
if (networkSet.has('unet_student')) {
  await write('unet_student', 'unet_student', { batch: 1, frames, height, width, imageTokens });
  await write('unet_student_context', 'context_student', { batch: 1, imageTokens });
}
await write('vae_decoder', 'vae_decoder', { batch: 1, height, width });
await writeFile(join(out, 'graphs.json'), `${JSON.stringify(written, undefined, 1)}\n`);
