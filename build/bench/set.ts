import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSettings } from '../../electron/contract/takeSettings.ts';
import { EngineHost } from '../../electron/engine/engineHost.ts';
import type { EngineEvent, EngineJob } from '../../electron/engine/engineProtocol.ts';
import type { ModelSet } from '../../models/families/sd15/setFile.ts';
import {
  buildAutoencoderDecoder,
  buildAutoencoderEncoder,
  parseAutoencoderConfig,
} from '../../models/nets/autoencoder.ts';
import { buildClipText, parseClipTextConfig } from '../../models/nets/clip/clipText.ts';
import { dialectOf } from '../../models/onnx/dialect.ts';
import { RecordingSource } from '../../models/onnx/sources/recordingSource.ts';
import type { WeightSource } from '../../models/onnx/types.ts';
import { benchSubjects } from '../../models/verify/bench/benchSubject.ts';
import { writeRandomWeights } from '../../models/verify/bench/randomWeights.ts';
import type { Measure } from './measure.ts';
import { writeSampleInputs } from './sampleInputs.ts';

const plain = dialectOf('plain');
const weightsFile = 'diffusion_pytorch_model.safetensors';

const unetJson = {
  ...{ _class_name: 'UNet2DConditionModel', in_channels: 4, out_channels: 4, layers_per_block: 2 },
  ...{ block_out_channels: [320, 640, 1280, 1280], cross_attention_dim: 768, attention_head_dim: 8 },
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
};
const motionJson = { use_motion_mid_block: false, motion_max_seq_length: 32 };
const vaeJson = {
  ...{ _class_name: 'AutoencoderKL', block_out_channels: [128, 256, 512, 512], layers_per_block: 2 },
  ...{ latent_channels: 4, norm_num_groups: 32 },
};
const textJson = {
  ...{ vocab_size: 49408, hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12 },
  ...{ num_attention_heads: 12, hidden_act: 'quick_gelu' },
};

/**
 * Takes by a set of the size of Stable Diffusion 1.5 with an AnimateDiff module, random weights, in four steps without guidance: what a take of 16 frames of
 * 256² costs in steps, and when a slider that was let go shows its first moving picture in live mode, at the set's own 512².
 */
export async function benchSet(tell: (line: string) => void): Promise<Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'magdiff-bench-set-'));
  const host = new EngineHost({ cacheFolder: join(folder, 'cache') });
  try {
    tell('writing random weights …');
    const modelFolder = await writeSet(join(folder, 'set'));
    const inputs = await writeSampleInputs(folder);
    const run = (id: string, settings: Record<string, unknown>, live: boolean): Promise<Run> =>
      runJob(host, {
        ...{ id, folder: join(folder, id), modelFolder, provider: 'cpu', previews: live, live, ...inputs },
        settings: takeSettings.parse({
          ...{ task: 'generate', prompt: 'it jumps on a beach', seed: 1, steps: 4, sampler: 'lcm' },
          ...{ guidance: { text: 1 }, ...settings },
        }),
      });
    const whole = await run('take', { frames: 16, width: 256, height: 256 }, false);
    const parts = [...whole.stages].map(([stage, seconds]) => `${stage} ${seconds.toFixed(1)} s`);
    tell(`the take: ${parts.join(', ')}; a step ${whole.stepSeconds.toFixed(1)} s`);
    const moves: Run[] = [];
    for (const image of [1, 0.8, 0.6, 0.4]) {
      const move = await run(`live-${image}`, { frames: 8, alpha: { image } }, true);
      tell(`live: ${move.drawn} after ${move.firstPreview.toFixed(1)} s`);
      moves.push(move);
    }
    const last = moves.at(-1);
    return [
      {
        name: '4-step take, 16 frames of 256²: whole, in steps',
        value: whole.seconds / whole.stepSeconds,
        unit: 'steps',
        bound: { atMost: 4.8 },
      },
      {
        name: `slider let go → first moving preview (${last?.drawn})`,
        value: last?.firstPreview ?? Number.NaN,
        unit: 's',
        bound: { atMost: 6 },
      },
    ];
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What one job took. */
interface Run {
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly firstPreview: number;
  /** Frames and size of the previews. */
  readonly drawn: string;
  /** Seconds of each stage, in order. */
  readonly stages: ReadonlyMap<string, number>;
}

function runJob(host: EngineHost, job: EngineJob): Promise<Run> {
  const began = performance.now();
  const since = (): number => (performance.now() - began) / 1000;
  const steps: number[] = [];
  const stages = new Map<string, number>();
  let [firstPreview, drawn, said] = [Number.NaN, '', 0];
  return new Promise((resolve, reject) => {
    host.submit(job, (event: EngineEvent) => {
      if (event.type === 'failed') reject(new Error(event.error.message));
      if (event.type === 'progress') {
        const { state, step } = event.progress;
        stages.set(state, (stages.get(state) ?? 0) + since() - said);
        said = since();
        if (state === 'denoising' && step > steps.length) steps.push(said);
        if (event.preview && Number.isNaN(firstPreview)) {
          firstPreview = said;
          const { reduced, frameCount } = event.preview;
          drawn = reduced ? `${reduced.frames} frames at ${reduced.width}×${reduced.height}` : `${frameCount} frames`;
        }
      }
      if (event.type !== 'done') return;
      const [first = 0] = steps;
      const stepSeconds = ((steps.at(-1) ?? 0) - first) / Math.max(1, steps.length - 1);
      resolve({ seconds: since(), stepSeconds, firstPreview, drawn, stages });
    });
  });
}

/** Writes the set's files, as diffusers lays them out, and its set.json. */
async function writeSet(folder: string): Promise<string> {
  const base = join(folder, 'base');
  const isMotion = (key: string): boolean => key.includes('motion_modules');
  const isAdapter = (key: string): boolean => key.includes('_ip.');
  const network = (source: WeightSource): void => benchSubjects.sd15.declare(source);
  await writePart(join(base, 'unet'), unetJson, weightsFile, network, (key) => !isMotion(key) && !isAdapter(key));
  await writePart(join(folder, 'motion'), motionJson, weightsFile, network, isMotion);
  const vae = parseAutoencoderConfig(vaeJson, 'vae');
  const picture = { batch: 1, height: 8, width: 8 };
  await writePart(join(base, 'vae'), vaeJson, weightsFile, (source) => {
    buildAutoencoderEncoder(vae, picture, plain, source);
    buildAutoencoderDecoder(vae, picture, plain, source);
  });
  const text = parseClipTextConfig(textJson, 'text');
  await writePart(join(base, 'text_encoder'), textJson, 'model.safetensors', (source) => {
    buildClipText(text, { batch: 1, hiddenLayer: 'last' }, plain, source);
  });
  const set: ModelSet = {
    ...{ format: 'magdiff-set', version: 1, name: 'Random weights', base: 'base', motion: 'motion', loras: [] },
    ...{
      embeddings: [],
      clipSkip: 0,
      subject: 'planned',
      longClips: 'together',
      imageScale: 1,
      width: 512,
      height: 512,
    },
  };
  await writeFile(join(folder, 'set.json'), JSON.stringify(set));
  return folder;
}

/** Random weights under the keys that a network asks for, beside its configuration. Tables of frame positions are computed, never read. */
async function writePart(
  folder: string,
  json: unknown,
  file: string,
  build: (source: WeightSource) => void,
  holds: (key: string) => boolean = () => true,
): Promise<void> {
  const source = new RecordingSource((key) => !key.endsWith('pos_embed.pe'));
  build(source);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(json));
  await writeRandomWeights(join(folder, file), new Map([...source.entries].filter(([key]) => holds(key))));
}
