/**
 * What the pipeline sees of a loaded model: a description, and one loader per network. Every network is built for
 * static shapes, runs on host tensors and is disposed by whoever loaded it.
 *
 * @example
 * const model = await openModel('models/bundled/magdiff-small', { provider: 'cpu' });
 * const encoder = await model.loadTextEncoder({ batch: 2 });
 * const { states } = await encoder.run({ tokenIds: int64Tensor([2, 77], ids) });         // (2, 77, C)
 * await encoder.dispose();
 * const projector = await model.loadContext({ batch: 2, imageTokens: 32 });
 * const keysAndValues = await projector.run({ context });                                // (2, 77 + 32, C) → once per run
 * const unet = await model.loadUnet({ batch: 2, frames: 8, height: 16, width: 16, imageTokens: 32 });
 * const alpha = model.description.unet.layers;                                           // name and learned α of each layer
 * const { prediction } = await unet.run({
 *   sample, timestep: floatTensor([1], Float32Array.of(981)),
 *   alpha_text: floatTensor([alpha.length], Float32Array.from(alpha, (layer) => layer.text)),
 *   alpha_image: floatTensor([alpha.length], Float32Array.from(alpha, (layer) => layer.image)),
 *   ...keysAndValues,
 * });
 */
import type { FloatTensor, HostTensor } from '../math/tensor.ts';

/** One cross-attention layer of the UNet: its module path and the two weights it learned (APA). */
export interface AlphaLayer {
  /** Module path such as `down_blocks.0.attentions.0.transformer_blocks.0.attn2`. */
  readonly name: string;
  readonly text: number;
  readonly image: number;
}

/** What a model folder says about itself, with everything the pipeline needs to prepare inputs. */
export interface ModelDescription {
  /** `magdiff-folder`: our own single folder; `stable-diffusion`: a diffusers folder beside MagDiff.pth or .safetensors. */
  readonly layout: 'magdiff-folder' | 'stable-diffusion';
  readonly folder: string;
  readonly name: string;
  readonly title: string;
  readonly licence: string | undefined;
  /** Size the model was trained at, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Frame counts the model was trained with. */
  readonly frames: readonly number[];
  readonly framesPerSecond: number;
  readonly text: {
    readonly hiddenLayer: 'last' | 'penultimate';
    /** Tokens per prompt (77 for CLIP). */
    readonly tokens: number;
    /** Folder with vocab.json and merges.txt (and words.json where the model has one). */
    readonly tokenizerFolder: string;
    /** Token that fills the prompt up to its length; absent: the end token. */
    readonly padToken: string | undefined;
  };
  readonly image: {
    /** Side of the square the vision tower sees, in pixels. */
    readonly size: number;
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
    readonly colourOrder: 'rgb' | 'bgr';
    readonly resample: string;
    readonly tokensPerFrame: number;
  };
  /**
   * What frames that carry no cut-out of their own see of the subject: the first frame's latents again, nothing, or the subject
   * where the model's motion planner puts it.
   */
  readonly otherFrames: 'planned' | 'repeat' | 'black';
  /** The motion planner, where the model has one. */
  readonly motion: { readonly waypoints: number; readonly spread: readonly number[] } | undefined;
  readonly hfa: { readonly kind: 'pyramid' | 'single'; readonly scales: readonly number[] };
  readonly guidance: { readonly text: number; readonly image: number };
  /** Share of the noise that all frames have in common unless a take says otherwise, 0..1. */
  readonly noiseAlpha: number;
  readonly steps: number;
  /** A few-step student where the model has one; `guidanceDistilled`: it needs no second branch. */
  readonly student:
    | {
        readonly steps: number;
        readonly guidanceDistilled: boolean /** Its own learned α. */;
        readonly layers: readonly AlphaLayer[];
      }
    | undefined;
  readonly vae: {
    readonly latentChannels: number;
    readonly scalingFactor: number /** Pixels per latent. */;
    readonly factor: number;
  };
  readonly unet: {
    readonly inChannels: number;
    readonly outChannels: number;
    readonly contextWidth: number;
    readonly layers: readonly AlphaLayer[];
    /** Latent width and height must be multiples of this for every skip to meet its size; other sizes work too, slightly worse. */
    readonly sizeMultiple: number;
  };
  /** scheduler_config.json in diffusers' form, as read. */
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly hasPreviewDecoder: boolean;
  /** Linear map from scaled latents to RGB in −1..1 at latent resolution: a row of three per channel, and an offset. */
  readonly latentToRgb: { readonly matrix: readonly (readonly number[])[]; readonly bias: readonly number[] };
}

/** A network ready to run. Inputs and outputs are named; shapes are those it was loaded for. */
export interface Part<Inputs extends string, Outputs extends string> {
  /** Output names and shapes. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  run(inputs: Readonly<Record<Inputs, HostTensor>>): Promise<Record<Outputs, FloatTensor>>;
  dispose(): Promise<void>;
  /** Multiply-adds counted twice, for one run. */
  readonly flops: number;
  /** Estimated bytes: what runs make the runtime keep, and the weights as they lie in memory. */
  readonly memory: { readonly activationBytes: number; readonly weightBytes: number };
}

/** Shapes a UNet session is built for. Height and width are latent ones. */
export interface UnetShape {
  readonly batch: number;
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Image tokens after the text tokens: tokensPerFrame × frames of the image condition. */
  readonly imageTokens: number;
  readonly weights?: 'teacher' | 'student';
  /** Adds outputs `<layer>.text_map` (batch·frames, h·w, text tokens) and `<layer>.image_map`, averaged over heads. */
  readonly attentionMaps?: boolean;
}

/** Keys and values of text and image tokens for every layer, by input name of the UNet. */
export type ContextTensors = Record<string, FloatTensor>;

/** Cost of a part at given shapes, without loading it. */
export interface PartEstimate {
  readonly flops: number;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
}

/** A model opened from disk; its weights are read only when a part is loaded. */
export interface MagDiffModel {
  readonly description: ModelDescription;
  /** Warnings gathered so far (a provider that failed and what took its place); drained by the caller. */
  readonly warnings: string[];
  /** Provider in use, after fall-backs. */
  readonly provider: string;
  /** SHA-256 over every weight file's content and the description; cached by size and time stamp. */
  modelHash(): Promise<string>;
  /** tokenIds int64 (batch, tokens) → states (batch, tokens, C). */
  loadTextEncoder(shape: { batch: number }): Promise<Part<'tokenIds', 'states'>>;
  /** pixels (batch, 3, size, size), normalised → tokens (batch, n, width). */
  loadImageEncoder(shape: { batch: number }): Promise<Part<'pixels', 'tokens'>>;
  /** tokens (batch, n, width) → image_tokens (batch, tokensPerFrame, C). */
  loadResampler(shape: { batch: number }): Promise<Part<'tokens', 'image_tokens'>>;
  /** image (batch, 3, h, w) in −1..1 → mean, logvar (batch, c, h/factor, w/factor), *not* scaled. */
  loadVaeEncoder(shape: { batch: number; height: number; width: number }): Promise<Part<'image', 'mean' | 'logvar'>>;
  /** latent (batch, c, h, w) already divided by the scaling factor → image (batch, 3, h·factor, w·factor). */
  loadVaeDecoder(shape: { batch: number; height: number; width: number }): Promise<Part<'latent', 'image'>>;
  /** latent (batch, c, h, w) *scaled*, as sampled → image in −1..1. Only where `hasPreviewDecoder`. */
  loadPreviewDecoder(shape: { batch: number; height: number; width: number }): Promise<Part<'latent', 'image'>>;
  /**
   * The paper's pyramid: inputs `level_0` (largest) … `level_n` (base), scaled latents (batch, c, hᵢ, wᵢ) of the sizes given
   * → subject (batch, c, h, w). Only where hfa.kind is `pyramid`.
   */
  loadHfaPyramid(shape: {
    batch: number;
    levels: readonly { height: number; width: number }[];
  }): Promise<Part<string, 'subject'>>;
  /**
   * tokenIds int64 (1, tokens), path (1, waypoints, 4), timestep (1), start (1, 3) → clean (1, waypoints, 4). Only where the
   * description has `motion`.
   */
  loadMotionPlanner(): Promise<Part<'tokenIds' | 'path' | 'timestep' | 'start', 'clean'>>;
  /** context (batch, text tokens + imageTokens, C) → keys and values of every layer, once per run. */
  loadContext(shape: {
    batch: number;
    imageTokens: number;
    weights?: 'teacher' | 'student';
  }): Promise<Part<'context', string>>;
  /** sample (batch, inChannels, frames, h, w), timestep (1), alpha_text (layers), alpha_image (layers), context → prediction (batch, outChannels, frames, h, w). */
  loadUnet(shape: UnetShape): Promise<Part<string, string>>;
  estimateUnet(shape: UnetShape): Promise<PartEstimate>;
  estimateVaeDecoder(shape: { batch: number; height: number; width: number }): Promise<PartEstimate>;
}

/** How a model is to be run. */
export interface OpenOptions {
  /** Absent: the best provider that passes its self-test. */
  readonly provider?: 'cuda' | 'directml' | 'coreml' | 'webgpu' | 'cpu';
  /** Operator dialect; absent: the provider's own. */
  readonly dialect?: 'plain' | 'cpu' | 'webgpu' | 'cuda' | 'directml';
  /** Threads inside one operator; absent: all cores. */
  readonly threads?: number;
  /** Folder for built graphs; absent: no cache. */
  readonly cacheFolder?: string;
}
