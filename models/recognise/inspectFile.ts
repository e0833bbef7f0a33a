import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { readCheckpoint } from '../weights/checkpoint.ts';
import { hashFile } from '../weights/fileHash.ts';
import { findNotFinite } from '../weights/finiteness.ts';
import { fileError, readExactly, withFile } from '../weights/openFile.ts';
import { readFileHeader } from './fileHeader.ts';
import { recogniseHeader, tellingName } from './recogniseFile.ts';
import type { Recognition } from './recognition.ts';

/** What a weight file is, in plain words. */
export interface FileInspection {
  readonly path: string;
  /** What the file is, its base and its role, and the sentence on what it needs. */
  readonly recognition: Recognition;
  readonly tensors: number;
  readonly parameters: number;
  readonly sizeBytes: number;
  /** Element types found, with how many tensors have each. */
  readonly elementTypes: Readonly<Record<string, number>>;
  /** Classes and functions of other programs that a torch file names; what they would make is left out. */
  readonly foreign: readonly string[];
  /** Key of a weight that is not finite, where there is one. */
  readonly notFinite: string | undefined;
  /** The names by which people know a file, where they were asked for. */
  readonly hashes: FileHashes | undefined;
}

/** Hashes of a file as other programs print them. */
export interface FileHashes {
  readonly sha256: string;
  /** First ten digits of the file's SHA-256. */
  readonly autoV2: string;
  /** A LoRA's: SHA-256 of everything behind a safetensors header, twelve digits; absent for other forms. */
  readonly autoV3: string | undefined;
  /** A1111's first: 64 KiB at 1 MiB, eight digits; absent for files that are shorter. */
  readonly old: string | undefined;
}

/** Says what a weight file is. Reads headers; and every number once where `deep`, for hashes and to find those that are not finite. */
export async function inspectFile(path: string, { deep = true }: { deep?: boolean } = {}): Promise<FileInspection> {
  let sizeBytes: number;
  try {
    sizeBytes = statSync(path).size;
  } catch (cause) {
    throw fileError(path, cause);
  }
  const header = await readFileHeader(path);
  const tensors = [...header.tensors.values()];
  const elementTypes: Record<string, number> = {};
  for (const { dtype } of tensors) elementTypes[dtype] = (elementTypes[dtype] ?? 0) + 1;
  return {
    path,
    recognition: recogniseHeader(header, tellingName(path)),
    tensors: tensors.length,
    parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    sizeBytes,
    elementTypes,
    foreign: header.foreign,
    notFinite: deep ? await findNotFinite(await readCheckpoint(path)) : undefined,
    hashes: deep ? await hashesOf(path, sizeBytes) : undefined,
  };
}

const oldHashStart = 0x100000;
const oldHashLength = 0x10000;

async function hashesOf(path: string, sizeBytes: number): Promise<FileHashes> {
  const sha256 = await hashFile(path);
  const { start, piece } = await withFile(path, async (file) => ({
    start: await readExactly(file, path, 0, Math.min(9, sizeBytes)),
    piece: await readExactly(file, path, oldHashStart, Math.max(0, Math.min(oldHashLength, sizeBytes - oldHashStart))),
  }));
  const isSafetensors = start[8] === 0x7b;
  return {
    sha256,
    autoV2: sha256.slice(0, 10),
    autoV3: isSafetensors ? (await hashFrom(path, 8 + Number(start.readBigUInt64LE()))).slice(0, 12) : undefined,
    old: piece.length > 0 ? createHash('sha256').update(piece).digest('hex').slice(0, 8) : undefined,
  };
}

async function hashFrom(path: string, start: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { start, highWaterMark: 2 ** 22 })) hash.update(chunk);
  return hash.digest('hex');
}
