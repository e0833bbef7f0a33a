/** Puts sets together from the files that were found, and says what would still be needed. */
import { basename, dirname } from 'node:path';
import type { FoundFile } from '../../recognise/scanFolders.ts';
import type { ModelSet } from './setFile.ts';

/** A part that a set could have and no file is there for. */
export interface MissingPart {
  readonly what: string;
  readonly sizeBytes: number;
  readonly licence: string;
  readonly link: string;
}

/** A set that could be made of what was found. */
export interface ProposedSet {
  readonly set: ModelSet;
  /** One sentence: what it is made of. */
  readonly sentence: string;
  /** Parts without which it cannot run. */
  readonly lacks: readonly MissingPart[];
  /** Parts that would add to it. */
  readonly wishes: readonly MissingPart[];
}

/** Published files that fill the gaps people have. Sizes in bytes as published, rounded where the publisher's page rounds them. */
const published = {
  motion: {
    what: 'a motion module (AnimateDiff version 3)',
    sizeBytes: 837_000_000,
    licence: 'Apache-2.0',
    link: 'https://huggingface.co/guoyww/animatediff',
  },
  adapter: {
    what: 'an image adapter (ip-adapter-plus_sd15)',
    sizeBytes: 98_200_000,
    licence: 'Apache-2.0',
    link: 'https://huggingface.co/h94/IP-Adapter',
  },
  encoder: {
    what: 'the image encoder of the adapter (CLIP ViT-H/14)',
    sizeBytes: 2_528_373_448,
    licence: 'MIT',
    link: 'https://huggingface.co/h94/IP-Adapter',
  },
  vae: {
    what: 'a VAE',
    sizeBytes: 335_000_000,
    licence: 'MIT',
    link: 'https://huggingface.co/stabilityai/sd-vae-ft-mse',
  },
  text: {
    what: 'the text encoder (CLIP ViT-L/14)',
    sizeBytes: 492_000_000,
    licence: 'MIT',
    link: 'https://huggingface.co/openai/clip-vit-large-patch14',
  },
} as const satisfies Record<string, MissingPart>;

/** Motion modules, the one to take first. */
const motionOrder = ['v3', 'v2', 'lightning', 'animatelcm', 'v1', 'long'];

/** Sets proposed at most; a person with a hundred checkpoints chooses among the bases instead. */
const mostSets = 24;

/** A set for every base that was found, inpainting ones first, with the best of the other parts that fit it. */
export function proposeSets(found: readonly FoundFile[]): readonly ProposedSet[] {
  const usable = found.filter((file) => file.usable);
  const bases = usable
    .filter(({ role }) => role === 'checkpoint')
    .sort((a, b) => Number(b.variant === 'inpainting') - Number(a.variant === 'inpainting'));
  const folders = [...new Set(usable.filter(({ role }) => role === 'embedding').map(({ path }) => dirname(path)))];
  return bases.slice(0, mostSets).map((base) => proposeFor(base, usable, folders));
}

function proposeFor(base: FoundFile, usable: readonly FoundFile[], embeddings: readonly string[]): ProposedSet {
  const first = (role: FoundFile['role'], fits: (file: FoundFile) => boolean = () => true): FoundFile | undefined =>
    usable.find((file) => file.role === role && fits(file));
  const sameContext = (file: FoundFile): boolean =>
    file.contextWidth === undefined || base.contextWidth === undefined || file.contextWidth === base.contextWidth;
  const rank = (file: FoundFile): number => motionOrder.indexOf(file.variant ?? '');
  const motion = usable.filter(({ role }) => role === 'motion').sort((a, b) => rank(a) - rank(b))[0];
  const adapters = usable.filter((file) => file.role === 'image-adapter' && sameContext(file));
  const encoderFor = (adapter: FoundFile): FoundFile | undefined =>
    first('image-encoder', (file) => goTogether(adapter, file));
  const ordered = [...adapters].sort((a, b) => Number(b.variant === 'plus') - Number(a.variant === 'plus'));
  const adapter = ordered.find((file) => encoderFor(file)) ?? ordered[0];
  const encoder = adapter && encoderFor(adapter);
  const parts = base.parts ?? ['unet'];
  const vae = parts.includes('vae') ? undefined : first('vae');
  const text = parts.includes('text') ? undefined : first('text-encoder', sameContext);
  const preview = first('preview-decoder');
  const lora = motion?.variant === 'animatelcm' ? first('lora', ({ path }) => /animatelcm/i.test(path)) : undefined;
  const lacks = [
    ...(parts.includes('vae') || vae ? [] : [published.vae]),
    ...(parts.includes('text') || text ? [] : [published.text]),
  ];
  const wishes = [
    ...(motion ? [] : [published.motion]),
    ...(adapter ? [] : [published.adapter]),
    ...(encoder ? [] : [published.encoder]),
  ];
  const set: ModelSet = {
    format: 'magdiff-set',
    version: 1,
    name: nameOf(base, motion),
    base: base.path,
    ...(vae ? { vae: vae.path } : {}),
    ...(text ? { textEncoder: text.path } : {}),
    ...(preview ? { previewDecoder: preview.path } : {}),
    ...(motion ? { motion: motion.path } : {}),
    ...(adapter && encoder ? { imageAdapter: adapter.path, imageEncoder: encoder.path } : {}),
    loras: lora ? [{ file: lora.path, weight: 0.8 }] : [],
    embeddings: [...embeddings],
    clipSkip: 0,
    subject: 'planned',
    longClips: 'together',
    imageScale: 0.8,
    ...(motion?.recipe ? { recipe: motion.recipe } : {}),
  };
  const held = [base, motion, adapter && encoder ? adapter : undefined, lora].filter((file) => file !== undefined);
  return { set, sentence: `${held.map(({ what }) => what).join('; with ')}.`, lacks, wishes };
}

/** Whether an encoder gives what an adapter takes. */
function goTogether(adapter: FoundFile, encoder: FoundFile): boolean {
  const { embedding, hidden } = adapter.imageWidths ?? {};
  return embedding === undefined
    ? hidden !== undefined && encoder.imageWidths?.hidden === hidden
    : encoder.imageWidths?.embedding === embedding;
}

/** Names that say nothing of what a file is; its folder's does. */
const plainNames = /^(base|model|unet|motion|diffusion_pytorch_model(\.fp16)?|pytorch_model|checkpoint|vae)$/i;

/** What people call a file: the repository in a Hugging Face cache, the file's own name, or its folder's where that says nothing. */
function titleOf(path: string): string {
  const repository = /(?:^|[\\/])models--[^\\/]+?--([^\\/]+)/.exec(path)?.[1];
  if (repository) return repository;
  const stem = basename(path).replace(/\.(safetensors|sft|ckpt|pt|pth|bin)$/i, '');
  return plainNames.test(stem) ? basename(dirname(path)) : stem;
}

const nameOf = (base: FoundFile, motion: FoundFile | undefined): string =>
  motion ? `${titleOf(base.path)} with ${titleOf(motion.path)}` : titleOf(base.path);
