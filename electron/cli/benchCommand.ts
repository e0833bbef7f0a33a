import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../models/errors/studioError.ts';
import { benchSubjects } from '../../models/verify/bench/benchSubject.ts';
import { benchUnet } from '../../models/verify/bench/benchUnet.ts';
import { providerNames } from '../contract/takeSettings.ts';
import { cacheRoot } from '../services/studioPlaces.ts';
import { diffusersStep } from './besideDiffusers.ts';
import type { Console } from './console.ts';
import { oneOf } from './takes/takeCommands.ts';
import type { TakeOptionValues } from './takes/takeOptions.ts';

/**
 * `magdiff bench [--family released|sd15]`: a UNet of a published size on this machine, with random weights, as ratios measured in one run. A ratio of 1 or more is
 * within its bound. (`npm run bench` prints these and the studio's own.) `--beside PYTHON` times diffusers' step after it.
 */
export async function benchCommand(values: TakeOptionValues, console: Console): Promise<void> {
  const folder = join(cacheRoot(), 'bench');
  await mkdir(folder, { recursive: true });
  const family = values.family === undefined ? 'released' : oneOf('family', values.family, ['released', 'sd15']);
  const subject = benchSubjects[family];
  const provider = values.provider === undefined ? undefined : oneOf('provider', values.provider, providerNames);
  const measures = await benchUnet(subject, {
    folder,
    ...(provider === undefined ? {} : { provider }),
    keepWeights: values.keepWeights === true,
    onProgress: (message) => console.note('progress', message),
  });
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  const rate = (perSecond: number): string => `${(perSecond / 1e9).toFixed(0)} GFLOP/s`;
  const held = measures.heldBytes > 0 ? `, ${(measures.heldBytes / 2 ** 20).toFixed(1)} MiB of context kept on it` : '';
  const lines: [string, number, string][] = [
    [
      `UNet step of ${subject.title} (${subject.run}) against 3×3 convolutions`,
      measures.rateRatio / subject.rateBound,
      `${(100 * measures.rateRatio).toFixed(0)} % (${rate(measures.stepRate)} of ${rate(measures.convolutionRate)}, ${measures.stepSeconds.toFixed(1)} s, ${measures.provider === 'cpu' ? `${measures.threads} threads` : `${measures.provider}, ${measures.precision}${held}`}; ≥ ${100 * subject.rateBound} %)`,
    ],
    [
      'its memory',
      1 / measures.memoryRatio,
      `${gibibytes(measures.residentBytes)} (weights as float32: ${gibibytes(measures.float32Bytes)}; ≤ 1.2 × that + 1.5 GiB)`,
    ],
    ['session ready, graph cached', 3 / measures.readySeconds, `${measures.readySeconds.toFixed(2)} s (≤ 3 s)`],
    [
      'α moved → next step starts',
      0.05 / measures.alphaSeconds,
      `${(1000 * measures.alphaSeconds).toFixed(1)} ms (≤ 50 ms)`,
    ],
  ];
  if (typeof values.beside === 'string') {
    if (family !== 'sd15')
      throw new StudioError('usage', '--beside knows Stable Diffusion 1.5 alone.', { hint: 'Add --family sd15.' });
    console.note('progress', 'diffusers on PyTorch');
    const theirs = await diffusersStep(values.beside, measures.threads);
    lines.push([
      'the same step in diffusers on PyTorch, without an image adapter',
      (0.75 * theirs) / measures.stepSeconds,
      `${theirs.toFixed(1)} s, ours ${(measures.stepSeconds / theirs).toFixed(2)} × (≤ 0.75 ×)`,
    ]);
  }
  console.result(
    lines
      .map(([name, ratio, text]) => `${name}: ${text}, ratio ${ratio.toFixed(2)}${ratio >= 1 ? '' : '  OUTSIDE'}`)
      .join('\n'),
    { ...measures },
  );
}
