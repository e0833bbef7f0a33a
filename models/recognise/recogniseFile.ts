import { basename, dirname } from 'node:path';
import { StudioError } from '../errors/studioError.ts';
import { type FileHeader, readFileHeader } from './fileHeader.ts';
import { recogniseAdapter } from './kinds/adapterKinds.ts';
import { recogniseBackbone } from './kinds/backboneKinds.ts';
import { recogniseCheckpoint } from './kinds/checkpointKinds.ts';
import { recogniseControl } from './kinds/controlKinds.ts';
import { recogniseFollower } from './kinds/followerKinds.ts';
import { recogniseForeign } from './kinds/foreignKinds.ts';
import { recogniseLora } from './kinds/loraKinds.ts';
import { recogniseMagdiff } from './kinds/magdiffKinds.ts';
import { recogniseMotion } from './kinds/motionKinds.ts';
import { recogniseClip, recogniseEmbedding, recogniseTinyDecoder, recogniseVae } from './kinds/partKinds.ts';
import type { Recogniser, Recognition } from './recognition.ts';

/** Every kind of file, most telling first: the first that fits has it. */
const recognisers: readonly Recogniser[] = [
  recogniseMagdiff,
  recogniseAdapter,
  recogniseMotion,
  recogniseControl,
  recogniseCheckpoint,
  recogniseLora,
  recogniseFollower,
  recogniseBackbone,
  recogniseForeign,
  recogniseVae,
  recogniseTinyDecoder,
  recogniseClip,
  recogniseEmbedding,
];

/** Says what a header is; `name` is the file's, for what only names tell. */
export function recogniseHeader(header: FileHeader, name: string): Recognition {
  for (const recognise of recognisers) {
    const found = recognise(header, name);
    if (found) return found;
  }
  return {
    role: 'unknown',
    base: undefined,
    what: 'a weight file of a kind this program does not know',
    needs: undefined,
    usable: false,
  };
}

/** Names that many files have alike; who made them says more. */
const sharedNames = /^(pytorch_lora_weights|adapter_model|diffusion_pytorch_model|pytorch_model|model)(\.fp16)?\./i;

/** A file's name, with its repository's in a Hugging Face cache or its folder's where the name is one that many files have. */
export function tellingName(path: string): string {
  const name = basename(path);
  if (!sharedNames.test(name)) return name;
  const repository = /(?:^|[\\/])models--[^\\/]+?--([^\\/]+)/.exec(path)?.[1];
  return `${repository ?? basename(dirname(path))} ${name}`;
}

/** Longest licence that is shown: a name or an address, not its text. */
const longestLicence = 200;

/** The licence that a file's own description names (SAI's model metadata, and what people write by hand). */
function licenceOf({ metadata }: FileHeader): string | undefined {
  const found = metadata.get('modelspec.license') ?? metadata.get('license') ?? metadata.get('licence');
  return found?.trim().slice(0, longestLicence);
}

/** Says what a file is, from its header alone. A file that cannot be read is recognised as such, with the reason. */
export async function recogniseFile(path: string): Promise<Recognition> {
  try {
    const header = await readFileHeader(path);
    const licence = licenceOf(header);
    return { ...recogniseHeader(header, tellingName(path)), ...(licence ? { licence } : {}) };
  } catch (cause) {
    if (!(cause instanceof StudioError)) throw cause;
    const what =
      cause.code === 'format-hostile'
        ? 'a file that is refused'
        : cause.code === 'format-unknown'
          ? 'a file of another form'
          : 'a damaged or unreadable file';
    const needs = cause.hint ? `${cause.message} ${cause.hint}` : cause.message;
    return { role: 'damaged', base: undefined, what, needs, usable: false };
  }
}
