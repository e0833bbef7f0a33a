import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../electron/engine/engineHost.ts';
import type { Measure } from './measure.ts';
import { writeSampleInputs } from './sampleInputs.ts';

/**
 * A slider let go in live mode: from handing the job to the engine to the first preview and to the preview of the last step, all 8 frames each, bundled model with its
 * few-step weights (or, while it has none, four steps of the full model without guidance), engine warm, median of five moves.
 */
export async function benchLivePreview(modelFolder: string, hasStudent: boolean): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-bench-'));
  const host = new EngineHost({ cacheFolder: join(folder, 'cache') });
  try {
    const inputs = await writeSampleInputs(folder);
    const weights = hasStudent ? { weights: 'student' as const } : { steps: 4, guidance: { text: 1 } };
    const move = (index: number): Promise<{ first: number; whole: number }> =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        let first = 0;
        let whole = 0;
        const settings = takeSettings.parse({
          task: 'generate',
          prompt: 'it jumps on a beach',
          seed: 1,
          frames: 8,
          alpha: { image: 1 + index / 10 },
          ...weights,
        });
        host.submit(
          {
            id: `move-${index}`,
            folder: join(folder, `move-${index}`),
            modelFolder,
            provider: 'cpu',
            previews: true,
            settings,
            ...inputs,
          },
          (event) => {
            if (event.type === 'progress' && event.progress.state === 'denoising' && event.preview) {
              first ||= performance.now() - began;
              if (event.progress.step === event.progress.total) whole ||= performance.now() - began;
            }
            if (event.type === 'done') resolve({ first, whole });
            if (event.type === 'failed') reject(new Error(event.error.message));
          },
        );
      });
    await move(0);
    const moves = [];
    for (let index = 1; index <= 5; index++) moves.push(await move(index));
    const median = (values: number[]): number => values.sort((a, b) => a - b)[2] ?? Number.NaN;
    const how = hasStudent ? 'few-step weights' : 'full weights in 4 steps; there is no student';
    return [
      {
        name: `slider let go → first preview (${how})`,
        value: median(moves.map(({ first }) => first)) / 1000,
        unit: 's',
        bound: { atMost: 0.5 },
      },
      {
        name: 'slider let go → 8-frame preview finished',
        value: median(moves.map(({ whole }) => whole)) / 1000,
        unit: 's',
        bound: { atMost: 2 },
      },
    ];
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}
