/** Runs a set's golden case stage by stage, each on the reference's own inputs, and says how far the results are off. */

import { denoiserOf } from '../../diffusion/denoiser.ts';
import { noiseSchedule } from '../../diffusion/noiseSchedule.ts';
import { createSampling } from '../../diffusion/sampler.ts';
import { StudioError } from '../../errors/studioError.ts';
import { strengthInput } from '../../families/sd15/lora/loraWeights.ts';
import { openParts, type SetParts } from '../../families/sd15/openParts.ts';
import { type FloatTensor, floatTensor, int64Tensor } from '../../math/tensor.ts';
import { buildAutoencoderDecoder, buildAutoencoderEncoder } from '../../nets/autoencoder.ts';
import { buildClipText } from '../../nets/clip/clipText.ts';
import { buildClipVision } from '../../nets/clip/clipVision.ts';
import { buildResampler } from '../../nets/resampler.ts';
import { buildContext } from '../../nets/sd15/contextInputs.ts';
import { buildImageProjection } from '../../nets/sd15/imageProjection.ts';
import { buildSd15Unet } from '../../nets/sd15/unet.ts';
import { crossAttentionLayers } from '../../nets/unet/unetConfig.ts';
import type { Graph } from '../../onnx/graphBuilder.ts';
import { encodeModel } from '../../onnx/modelFile.ts';
import type { Device } from '../../runtime/device.ts';
import { runOnce } from '../../runtime/runOnce.ts';
import { type RuntimeTensor, Session } from '../../runtime/session.ts';
import { readTensor } from '../../weights/readTensor.ts';
import type { ComparedResult } from '../goldenData.ts';
import { readSetCase, type SetCase } from './setCase.ts';

/** A compared stage, and what is allowed. */
export interface ComparedStage extends ComparedResult {
  readonly tolerance: number;
}

/** Largest relative error of a stage on its own, and of what many steps add up to. */
const stageTolerance = 1e-4;
const runTolerance = 1e-3;

/** Verifies one folder with a case.json of this family; stages whose golden tensors the folder lacks are left out. */
export async function verifySet(folder: string, device: Device): Promise<readonly ComparedStage[]> {
  const verifier = new Verifier(await readSetCase(folder), device);
  return verifier.run();
}

class Verifier {
  readonly #case: SetCase;
  readonly #device: Device;
  readonly #stages: ComparedStage[] = [];

  constructor(setCase: SetCase, device: Device) {
    this.#case = setCase;
    this.#device = device;
  }

  async run(): Promise<readonly ComparedStage[]> {
    const parts = await openParts(this.#case.files);
    await this.#text(parts);
    await this.#image(parts);
    await this.#denoising(parts);
    await this.#pictures(parts);
    if (this.#stages.length === 0)
      throw new StudioError('format-damaged', 'The case holds no results to compare with.', {
        hint: 'Its case.safetensors should hold prompt_states, unet.output, latents or frames.',
      });
    return this.#stages;
  }

  async #text({ text }: SetParts): Promise<void> {
    const skip = this.#case.settings.clipSkip ?? 0;
    for (const kind of ['prompt', 'negative'] as const) {
      if (!this.#has(`${kind}_ids`) || !this.#has(`${kind}_states`)) continue;
      const ids = await this.#golden(`${kind}_ids`);
      const shape = { batch: ids.shape[0] ?? 1, hiddenLayer: 'last', skip } as const;
      const graph = buildClipText(text.config, shape, this.#device.dialect, text.weights);
      const { states } = await this.#runOnce(graph, text.weights.folder, {
        tokenIds: int64Tensor(ids.shape, [...ids.data]),
      });
      await this.#compare(`${kind}_states`, states);
    }
  }

  async #image({ vision, projector }: SetParts): Promise<void> {
    if (vision && projector && this.#has('clip_pixels')) {
      const pixels = await this.#golden('clip_pixels');
      const hiddenLayer = projector.kind === 'plus' ? 'penultimate' : 'projected';
      const graph = buildClipVision(vision.config, { batch: 1, hiddenLayer }, this.#device.dialect, vision.weights);
      const encode = async (input: FloatTensor): Promise<FloatTensor | undefined> => {
        const { tokens, embedding } = await this.#runOnce(graph, vision.weights.folder, { pixels: input });
        return tokens ?? embedding;
      };
      await this.#compare('image_embeds', await encode(pixels));
      // A base adapter's "no picture" is no embedding, a plus adapter's the encoder's answer to nothing.
      if (projector.kind === 'plus')
        await this.#compare(
          'uncond_image_embeds',
          await encode(floatTensor(pixels.shape, new Float32Array(pixels.data.length))),
        );
    }
    if (projector && this.#has('image_embeds') && this.#has('image_tokens'))
      await this.#compare('image_tokens', await this.#project(projector, await this.#golden('image_embeds')));
  }

  async #project(projector: NonNullable<SetParts['projector']>, embeds: FloatTensor): Promise<FloatTensor> {
    const { dialect } = this.#device;
    const batch = embeds.shape[0] ?? 1;
    const graph =
      projector.kind === 'plus'
        ? buildResampler(projector.config, { batch, tokens: embeds.shape[1] ?? 0 }, dialect, projector.weights)
        : buildImageProjection(projector.config, { batch }, dialect, projector.weights);
    const input = projector.kind === 'plus' ? { tokens: embeds } : { embedding: embeds };
    const { image_tokens: tokens } = await this.#runOnce(graph, projector.weights.folder, input);
    return tokens;
  }

  async #denoising(parts: SetParts): Promise<void> {
    if (!this.#has('initial') || !this.#has('unet.output')) return;
    const { unet, motion, projector } = parts;
    const initial = await this.#golden('initial');
    const [, , frames = 1, height = 0, width = 0] = initial.shape;
    const states = { prompt: await this.#golden('prompt_states'), negative: await this.#golden('negative_states') };
    const imageTokens = projector?.tokens ?? 0;
    const shape = { batch: 1, frames, height, width, textTokens: states.prompt.shape[1] ?? 77, imageTokens };
    const image = projector && {
      prompt: squeezed(await this.#golden('image_tokens')),
      negative: await this.#project(projector, await this.#golden('uncond_image_embeds')),
    };
    const context = buildContext(unet.config, shape, this.#device.dialect, unet.weights);
    const contextOf = async (kind: 'prompt' | 'negative'): Promise<Record<string, FloatTensor>> =>
      this.#runOnce(context, unet.weights.folder, {
        text: states[kind],
        ...(image ? { image: image[kind] } : {}),
      });
    const contexts = { prompt: await contextOf('prompt'), negative: await contextOf('negative') };
    const { freeNoise: motionWindows } = this.#case.settings;
    const graph = buildSd15Unet(
      { unet: unet.config, motion },
      { ...shape, motionWindows },
      this.#device.dialect,
      unet.weights,
    );
    const session = await this.#session(graph, unet.weights.folder);
    const { imageScale, textScale } = this.#case.settings;
    const layers = crossAttentionLayers(unet.config).length;
    const alphas = {
      alpha_text: floatTensor([layers, frames], new Float32Array(layers * frames).fill(textScale)),
      alpha_image: floatTensor([layers, frames], new Float32Array(layers * frames).fill(imageScale)),
    };
    const beside = this.#has('mask') ? [await this.#golden('mask'), await this.#golden('masked_latents')] : [];
    const predict = async (
      kind: 'prompt' | 'negative',
      sample: Float32Array,
      timestep: number,
    ): Promise<Float32Array> => {
      const inputs: Record<string, RuntimeTensor> = {
        sample: floatTensor(
          [1, unet.config.inChannels, frames, height, width],
          Float32Array.from([sample, ...beside.map(({ data }) => data)].flatMap((values) => [...values])),
        ),
        timestep: floatTensor([1], Float32Array.of(timestep)),
        ...alphas,
        ...this.#strengths(),
        ...contexts[kind],
      };
      return (await session.run(inputs)).prediction.data;
    };
    try {
      const [timestep = 0] = (await this.#golden('unet.timestep')).data;
      const output = await predict('prompt', initial.data, timestep);
      await this.#compare('unet.output', floatTensor(initial.shape, output));
      if (this.#has('latents')) await this.#sampling(initial, predict);
    } finally {
      await session.dispose();
    }
  }

  async #sampling(
    initial: FloatTensor,
    predict: (kind: 'prompt' | 'negative', sample: Float32Array, timestep: number) => Promise<Float32Array>,
  ): Promise<void> {
    const { scheduler, steps, guidance, eta, betaSchedule } = this.#case.settings;
    const schedule = noiseSchedule({ beta_schedule: betaSchedule, steps_offset: 1, set_alpha_to_one: true });
    const fresh = this.#has('step_noise') ? await this.#golden('step_noise') : undefined;
    const size = initial.data.length;
    const noise = (_: number, index: number): Float32Array =>
      fresh?.data.slice(index * size, (index + 1) * size) ?? new Float32Array(size);
    const sampling = createSampling(scheduler, { schedule, steps, noise, eta });
    const guided = denoiserOf('epsilon', async (sample, timestep) => {
      const full = await predict('prompt', sample, timestep);
      if (guidance === 1) return full;
      const none = await predict('negative', sample, timestep);
      return none.map((value, index) => value + guidance * ((full[index] ?? 0) - value));
    });
    let latents: Float32Array = initial.data.map((value) => value * sampling.initialNoiseScale);
    for await (const state of sampling.run(latents, guided)) {
      latents = state.latents;
      if (this.#has(`step.${state.step - 1}`))
        await this.#compare(`step.${state.step - 1}`, floatTensor(initial.shape, latents), runTolerance);
    }
    await this.#compare('latents', floatTensor(initial.shape, latents), runTolerance);
  }

  async #pictures({ vae }: SetParts): Promise<void> {
    const { dialect } = this.#device;
    if (this.#has('frames') && this.#has('latents')) {
      const latents = await this.#golden('latents');
      const [, channels = 4, frames = 1, height = 0, width = 0] = latents.shape;
      const graph = buildAutoencoderDecoder(vae.config, { batch: 1, height, width }, dialect, vae.weights);
      const session = await this.#session(graph, vae.weights.folder);
      const plane = height * width;
      const pictures: number[] = [];
      for (let frame = 0; frame < frames; frame++) {
        const latent = Float32Array.from({ length: channels * plane }, (_, index) => {
          const [channel, position] = [Math.floor(index / plane), index % plane];
          return (latents.data[(channel * frames + frame) * plane + position] ?? 0) / vae.config.scalingFactor;
        });
        const { image } = await session.run({ latent: floatTensor([1, channels, height, width], latent) });
        for (const value of image.data) pictures.push(value);
      }
      await session.dispose();
      await this.#compare(
        'frames',
        floatTensor((await this.#golden('frames')).shape, Float32Array.from(pictures)),
        runTolerance,
      );
    }
    if (!this.#has('vae.image') || !this.#has('vae.mean')) return;
    const image = await this.#golden('vae.image');
    const [batch = 1, , height = 0, width = 0] = image.shape;
    const graph = buildAutoencoderEncoder(vae.config, { batch, height, width }, dialect, vae.weights);
    const { mean } = await this.#runOnce(graph, vae.weights.folder, { image });
    await this.#compare('vae.mean', mean);
  }

  #strengths(): Record<string, RuntimeTensor> {
    const { loras } = this.#case.settings;
    if (loras.length === 0) return {};
    return {
      [strengthInput]: floatTensor(
        [loras.length],
        Float32Array.from(loras, ({ weight }) => weight),
      ),
    };
  }

  #runOnce(graph: Graph, folder: string, inputs: Record<string, RuntimeTensor>): Promise<Record<string, FloatTensor>> {
    return runOnce(this.#device, graph, folder, { ...this.#strengths(), ...inputs });
  }

  #session(graph: Graph, weightsFolder: string): Promise<Session> {
    const { provider, threads } = this.#device;
    return Session.create(encodeModel(graph), {
      provider,
      label: graph.name,
      weightsFolder,
      ...(threads === undefined ? {} : { threads }),
    });
  }

  #has(name: string): boolean {
    return this.#case.tensors.has(name);
  }

  async #golden(name: string): Promise<FloatTensor> {
    const stored = this.#case.tensors.get(name);
    if (!stored) throw new StudioError('format-damaged', `The case lacks its tensor ${name}.`);
    return floatTensor(stored.shape, await readTensor(stored));
  }

  async #compare(name: string, ours: FloatTensor | undefined, tolerance = stageTolerance): Promise<void> {
    if (!this.#has(name)) return;
    const golden = await this.#golden(name);
    this.#stages.push({ name, relativeError: largestError(ours, golden), tolerance });
  }
}

/** Image tokens (b, pictures, tokens, width) without the axis of pictures. */
const squeezed = ({ shape, data }: FloatTensor): FloatTensor =>
  floatTensor(shape.length === 4 ? [shape[0] ?? 1, ...shape.slice(2)] : shape, data);

/** max|ours − golden| / max|golden|; infinite where sizes differ or ours is not finite. */
function largestError(ours: FloatTensor | undefined, golden: FloatTensor): number {
  if (!ours || ours.data.length !== golden.data.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (const [index, value] of golden.data.entries()) {
    const distance = Math.abs((ours.data[index] ?? Number.NaN) - value);
    if (!(distance <= difference)) difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / Math.max(largest, Number.MIN_VALUE);
}
