import type { Predictor } from '../diffusion/denoiser.ts';
import type { WeightsOverTime } from '../lanes/weightsOverTime.ts';
import type { Planes } from '../math/resample.ts';
import type { FloatTensor } from '../math/tensor.ts';
import type { PartEstimate } from './partEstimate.ts';

/**
 * The image condition of one frame on the model's canvas: three planes from 0 to 1, black where nothing is given.
 * SDA (MagDiff, section 3.2): the condition is the subject cut out by its mask, never the full frame.
 */
export interface CutOut {
  readonly planes: Planes;
  /** The mask on the same canvas, one plane from 0 to 1; what the cut-out shows. */
  readonly mask: Planes;
}

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The text condition: states (1, t, C) and the words that were beyond the model's limit, in order. */
export interface EncodedPrompt {
  readonly states: FloatTensor;
  readonly cutWords: readonly string[];
}

/** One stretch of an α schedule: within the steps' shares and the layers given, its multipliers take the global ones' place. */
export interface AlphaSpan {
  fromStep: number;
  toStep: number;
  /** Beginning of the module paths meant; absent: every layer. */
  layers?: string | undefined;
  text: number;
  image: number;
}

/** Factors on one layer's two weights. */
export interface LayerFactors {
  /** Beginning of the module paths meant; the longest that fits a layer counts. */
  layers: string;
  text: number;
  image: number;
}

/** The α part of a take's settings (APA). */
export interface AlphaSettings {
  mode: 'learned' | 'equal';
  text: number;
  image: number;
  schedule: readonly AlphaSpan[];
  /** Factors by layer, on everything else. */
  layers: readonly LayerFactors[];
}

/** What of a take's parameters the network's size depends on. */
export interface WindowSettings {
  readonly weights: 'teacher' | 'student';
  /** Canvas in pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames of one window. */
  readonly windowFrames: number;
}

/** What of a take's parameters the network's answers depend on. */
export interface PredictionSettings extends WindowSettings {
  readonly guidance: { readonly text: number; readonly image: number };
  readonly alpha: AlphaSettings;
  readonly overTime: WeightsOverTime;
  readonly hfa: { readonly enabled: boolean; readonly strength: number };
  readonly steps: number;
}

/** The conditions of the frames the network sees at once. */
export interface WindowConditions {
  /** Where the window begins in the take. */
  readonly start: number;
  /** Names everything they depend on, the model apart. */
  readonly key: string;
  /** Text states of the prompt and of the negative (or empty) prompt. */
  readonly text: FloatTensor;
  readonly negative: FloatTensor;
  /** Image tokens of each frame, and those of a black frame. */
  readonly imageTokens: readonly FloatTensor[];
  readonly blackTokens: FloatTensor;
  /** HFA latents (c, h, w) of each frame, and those of a black frame. */
  readonly subject: readonly Float32Array[];
  readonly blackSubject: Float32Array;
}

/** A diffusion model over a subject's path: asked with a noisy path it answers with the clean one. */
export interface PathPlanner {
  /** Points of a path, evenly spaced over the clip. */
  readonly waypoints: number;
  /** What one unit of a path means: offset right and down in half canvases, log of the size, angle in radians. */
  readonly spread: readonly number[];
  /** Smallest and largest subject it was trained with, as the longer side's share of the canvas. */
  readonly extents: readonly [number, number];
  /** Noise schedule it was trained with, in diffusers' form. */
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** The network for a sentence and a start (right, down, extent); paths are waypoints × 4. */
  predictor(prompt: string, start: Float32Array): Promise<Predictor>;
}

/** A word of a prompt and its places among the text's tokens, end exclusive. */
export interface TokenizedWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Where one cross-attention layer looks while it reads a window: weights of all tokens by place, averaged over heads. */
export interface LayerAttention {
  /** Its module path, such as `down_blocks.1.attentions.0.transformer_blocks.0.attn2`. */
  readonly layer: string;
  /** Its grid of places. */
  readonly height: number;
  readonly width: number;
  /** (frames, places, text tokens), and (frames, places, image tokens) where there are any; each place's sum to 1. */
  readonly text: FloatTensor;
  readonly image: FloatTensor | undefined;
  /** Pictures whose tokens lie one behind the other in `image`: all frames' where a place reads them all, else one. */
  readonly pictures: number;
}

/** Asks the network once, under the prompt and without guidance, and answers where every layer looked. */
export type AttentionPass = (
  sample: Float32Array,
  timestep: number,
  step: number,
) => Promise<readonly LayerAttention[]>;

/** Reading a family's attention. */
export interface AttentionReading {
  /** The prompt's words that fit, in order. */
  words(prompt: string): Promise<readonly TokenizedWord[]>;
  pass(settings: PredictionSettings, conditions: WindowConditions): Promise<AttentionPass>;
}

/** How a family makes its conditions and asks its network: everything of a run that is not the same for all families. */
export interface Conditions {
  /** Encodes prompts one by one, in order. */
  encodeText(prompts: readonly string[]): Promise<EncodedPrompt[]>;
  /** Image tokens (1, n, C) of each cut-out. */
  encodeImageTokens(cutOuts: readonly CutOut[]): Promise<FloatTensor[]>;
  /** Canvas sizes at which {@link encodeSubjectLatents} asks for cut-outs. */
  subjectSizes(canvas: Size): readonly Size[];
  /** HFA latents (c, h, w) of each view, without noise; `cutOut` gives a view at any canvas size. */
  encodeSubjectLatents(
    views: number,
    cutOut: (view: number, width: number, height: number) => CutOut,
    canvas: Size,
  ): Promise<Float32Array[]>;
  /** What one asking of the network costs, without loading it. */
  estimate(settings: WindowSettings): Promise<PartEstimate>;
  /** The guided network under a window's conditions. */
  predictor(settings: PredictionSettings, conditions: WindowConditions): Promise<Predictor>;
  /** The names that lanes call its LoRAs by; absent for families without. */
  loraNames?(): Promise<readonly string[]>;
  /** Where its layers look; absent for families that do not tell. */
  readonly attention?: AttentionReading;
  /** The motion planner, where the model has one. */
  readonly planner: PathPlanner | undefined;
}
