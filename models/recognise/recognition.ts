import type { FileHeader } from './fileHeader.ts';

/** What a file is for. `other` is known and of no use here, `unknown` is not known, `damaged` cannot be read. */
export type FileRole =
  | 'checkpoint'
  | 'vae'
  | 'preview-decoder'
  | 'text-encoder'
  | 'image-encoder'
  | 'motion'
  | 'image-adapter'
  | 'lora'
  | 'motion-lora'
  | 'embedding'
  | 'control'
  | 'magdiff'
  | 'follower'
  | 'backbone'
  | 'other'
  | 'unknown'
  | 'damaged';

/** Which base model a file is, or was made for. */
export type Base = 'sd1' | 'sd2' | 'sdxl' | 'other';

/** A recognised file: two sentences for people, and the facts that sets are put together by. */
export interface Recognition {
  readonly role: FileRole;
  readonly base: Base | undefined;
  /** What it is: "a …", without its name. */
  readonly what: string;
  /** What it goes with, lacks, or why it cannot be used, as a sentence. */
  readonly needs: string | undefined;
  /** Whether this program can use it: as part of a Stable Diffusion 1.5 set, or by itself. */
  readonly usable: boolean;
  /** Licence that the file itself names. */
  readonly licence?: string | undefined;
  /** Finer kind within the role: `inpainting`, `v2`, `plus` …. */
  readonly variant?: string | undefined;
  /** Parts a checkpoint holds. */
  readonly parts?: readonly ('unet' | 'vae' | 'text')[] | undefined;
  /** Width of the prompt's vectors that the file reads or makes: what base, adapter and LoRA must agree in. */
  readonly contextWidth?: number | undefined;
  /** Width of what an image encoder gives (embedding, hidden) or an adapter takes. */
  readonly imageWidths?: { readonly embedding?: number; readonly hidden?: number } | undefined;
  /** Few-step recipe the file was made for, as far as its name or keys tell. */
  readonly recipe?: { readonly sampler: string; readonly steps: number; readonly guidance: number } | undefined;
}

/** Looks at a header; undefined where it is of another kind. `name` is the file's, for what only names tell. */
export type Recogniser = (header: FileHeader, name: string) => Recognition | undefined;

/** How each base is called in sentences. */
export const baseNames: Readonly<Record<Base, string>> = {
  sd1: 'Stable Diffusion 1.5',
  sd2: 'Stable Diffusion 2',
  sdxl: 'SDXL',
  other: 'another model',
};

/** The base whose prompts are that wide; Stable Diffusion 1's form at an unusual size counts as 1. */
export function baseOfContext(width: number | undefined): Base | undefined {
  if (width === undefined || width === 0) return undefined;
  if (width === 1024) return 'sd2';
  if (width === 2048 || width === 1280) return 'sdxl';
  return width > 2048 ? 'other' : 'sd1';
}

/** Why a file of another base cannot be used. */
export const wrongBase = (base: Base): string =>
  `It was made for ${baseNames[base]}; only files for Stable Diffusion 1.5 go together here.`;

/** A header's shape of a key, or an empty list. */
export const shapeOf = (header: FileHeader, key: string): readonly number[] => header.tensors.get(key)?.shape ?? [];

/** The first key that fits a pattern. */
export function findKey(header: FileHeader, pattern: RegExp): string | undefined {
  for (const key of header.tensors.keys()) if (pattern.test(key)) return key;
  return undefined;
}
