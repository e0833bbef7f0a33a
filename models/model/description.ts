/** One cross-attention layer of the UNet: its module path and the two weights it learned (APA). */
export interface AlphaLayer {
  /** Module path such as `down_blocks.0.attentions.0.transformer_blocks.0.attn2`. */
  readonly name: string;
  readonly text: number;
  readonly image: number;
}

/** What a model folder says about itself, with everything the pipeline needs to prepare inputs. */
export interface ModelDescription {
  /** The form of its files: `magdiff-folder` our own single folder, `stable-diffusion` a diffusers folder beside MagDiff.pth or .safetensors. */
  readonly layout: string;
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
  /** Whether a picture of the subject is shown to all of a clip's frames alike; absent: to those that have one. */
  readonly showsAllFrames?: boolean;
  /**
   * Clips longer than the network was trained with: one window after the other (absent: so), all windows within each step, or all
   * frames at once with motion attended to in windows, from shuffled noise (FreeNoise).
   */
  readonly longClips?: 'oneByOne' | 'together' | 'freeNoise';
  /** The motion planner's paths, where the model has one. */
  readonly motion:
    | {
        readonly waypoints: number;
        readonly spread: readonly number[];
        readonly extents: readonly [number, number];
        /** What it was trained with, where that is not the model's own: tokens of a sentence, and the noise schedule. */
        readonly tokens?: number;
        readonly scheduler?: Readonly<Record<string, unknown>>;
      }
    | undefined;
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
    /** Pixels of a cell, where the decoder draws cells each by itself; 0: it draws across them. */
    readonly ownCells: number;
  };
  readonly unet: {
    readonly inChannels: number;
    /** Whether the subject's mask, its pixels as channels, comes in behind its latents. */
    readonly takesMask: boolean;
    readonly outChannels: number;
    readonly contextWidth: number;
    readonly layers: readonly AlphaLayer[];
    /** Latent width and height must be multiples of this for every skip to meet its size; other sizes work too, slightly worse. */
    readonly sizeMultiple: number;
  };
  /** scheduler_config.json in diffusers' form, as read. */
  readonly scheduler: Readonly<Record<string, unknown>>;
  readonly hasPreviewDecoder: boolean;
  /** Words for places where subjects stand on the ground and are to throw a shadow; absent: the network draws what shadows there are. */
  readonly ground?: readonly string[] | undefined;
  /** Linear map from scaled latents to RGB in −1..1 at latent resolution: a row of three per channel, and an offset. */
  readonly latentToRgb: { readonly matrix: readonly (readonly number[])[]; readonly bias: readonly number[] };
  /** What else of its own settings a model's answers depend on: part of its hash. Absent where there is nothing else. */
  readonly settings?: Readonly<Record<string, unknown>>;
}
